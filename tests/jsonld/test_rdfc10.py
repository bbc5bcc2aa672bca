import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jsonld.rdfc10 import (
    CanonicalizationBudgetExceeded,
    canonical_labels,
    canonicalize_quads,
    escape_literal,
    nquads_line,
)
from tests.jsonld.nquads import parse

P = "<https://example.org/p>"


def entries(folder: Path, kind: str) -> list[dict[str, str]]:
    manifest = json.loads((folder / "manifest.jsonld").read_text("utf-8"))
    return [entry for entry in manifest["entries"] if entry["type"] == kind]


@pytest.fixture(scope="module")
def vectors(reference_dir):
    return reference_dir / "vectors" / "rdf-canon"


def hash_name(entry) -> str:
    return entry.get("hashAlgorithm", "SHA256").lower()


@pytest.mark.reference
def test_every_published_evaluation_vector_gets_its_published_form(vectors, subtests):
    tests = entries(vectors, "rdfc:RDFC10EvalTest")
    assert len(tests) == 64
    for entry in tests:
        with subtests.test(entry["name"]):
            quads = parse((vectors / entry["action"]).read_text("utf-8"))
            assert canonicalize_quads(quads, hash_name=hash_name(entry)) == (vectors / entry["result"]).read_bytes()


@pytest.mark.reference
def test_every_published_map_vector_gets_its_published_labels(vectors, subtests):
    tests = entries(vectors, "rdfc:RDFC10MapTest")
    assert len(tests) == 21
    for entry in tests:
        with subtests.test(entry["name"]):
            labels = canonical_labels(parse((vectors / entry["action"]).read_text("utf-8")), hash_name=hash_name(entry))
            expected = json.loads((vectors / entry["result"]).read_bytes())
            assert {node[2:]: label[2:] for node, label in labels.items()} == expected


@pytest.mark.reference
def test_the_published_poison_graph_is_refused_within_a_tenth_of_a_second(vectors):
    (entry,) = entries(vectors, "rdfc:RDFC10NegativeEvalTest")
    assert_refused_quickly(parse((vectors / entry["action"]).read_text("utf-8")))


def assert_refused_quickly(quads):
    fastest = float("inf")
    for _ in range(3):  # time of this process: the machine may be busy with others
        start = process_time()
        with pytest.raises(CanonicalizationBudgetExceeded):
            canonicalize_quads(quads)
        fastest = min(fastest, process_time() - start)
    assert fastest < 0.1


@pytest.mark.parametrize(
    "quads",
    [
        pytest.param([(f"_:{a}", P, f"_:{b}", "") for a in range(10) for b in range(10) if a != b], id="clique"),
        pytest.param([(f"_:{a}", P, f"_:{(a + 1) % 5000}", "") for a in range(5000)], id="long cycle"),
        pytest.param([(f"_:h{a % 2}", P, f"_:{a}", "") for a in range(60)], id="two stars"),
        pytest.param([(f"_:{a}", P, f"_:{b}", "") for a in range(40) for b in range(40, 80)], id="two rows"),
    ],
)
def test_graphs_made_to_be_expensive_are_refused_quickly(quads):
    assert_refused_quickly(quads)


def test_nodes_that_differ_are_named_without_looking_at_their_neighbours():
    quads = [(f"_:x{n}", P, f'"{n}"', "") for n in range(2000)]

    assert len(canonical_labels(quads, budget=0)) == 2000


def test_alike_nodes_that_hang_on_nothing_share_their_statements_and_get_names_of_their_own():
    quads = [("_:x", P, '"a"', ""), ("_:y", P, '"a"', "")]

    assert (
        canonicalize_quads(quads) == b'_:c14n0 <https://example.org/p> "a" .\n_:c14n1 <https://example.org/p> "a" .\n'
    )


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_labels_and_order_of_the_input_change_nothing(names, order):
    ring = [(f"_:{n}", P, f"_:{(n + 1) % 4}", "") for n in range(4)]
    rest = [(f"_:{n + 4}", P, f'"{n % 2}"', f"_:{n}") for n in range(4)]
    graph = ring + rest

    def renamed(term: str) -> str:
        return f"_:other{names[int(term[2:])]}" if term.startswith("_:") else term

    other = [tuple(renamed(term) for term in graph[place]) for place in order]

    assert canonicalize_quads(other) == canonicalize_quads(graph)


def test_lines_stand_in_code_point_order_and_not_in_utf_16_order():
    quads = [("<urn:x:a>", P, '"\U0001f603"', ""), ("<urn:x:a>", P, '"\uff21"', "")]

    assert [line[-6:-3] for line in canonicalize_quads(quads).decode().splitlines()] == [' "\uff21', ' "\U0001f603']


def test_a_statement_made_twice_stands_once():
    assert canonicalize_quads([("<urn:x:a>", P, '"a"', "")] * 2) == f'<urn:x:a> {P} "a" .\n'.encode()


def test_the_empty_dataset_is_an_empty_text():
    assert canonicalize_quads([]) == b""


def test_the_whole_escape_table_of_canonical_nquads():
    assert escape_literal('\b\t\n\f\r"\\') == r"\b\t\n\f\r\"\\"
    assert escape_literal("\x00\x07\x0b\x0e\x1f\x7f\uffff") == r"\u0000\u0007\u000B\u000E\u001F\u007F\uFFFF"
    untouched = "'/ \x80\x9f\xa0\u2028Zoë محمد \U0001f603"
    assert escape_literal(untouched) == untouched


def test_a_graph_name_comes_last_on_its_line():
    assert nquads_line(("<urn:x:a>", P, "<urn:x:b>", "_:g")) == f"<urn:x:a> {P} <urn:x:b> _:g .\n"
