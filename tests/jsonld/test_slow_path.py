import copy
from time import perf_counter

import pytest

from app.jsonld import (
    CREDENTIALS_EXAMPLES_V2,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    ELM_CONTEXT_URL,
    CanonicalizationBudgetExceeded,
    ForeignLimits,
    ProcessingLimitExceeded,
    UnsafeDocument,
    UnsupportedDocument,
    canonicalize_foreign,
)
from app.jsonld.slow_worker import canonicalize_slowly
from tests.jsonld.documents import ALL, MICROCREDENTIAL
from tests.jsonld.oracle import canonicalize_with_pyld

ELM = [CREDENTIALS_V2, ELM_CONTEXT_URL]


def node(**members):
    return {"@context": ELM, "id": "urn:x:1", "type": "Person", **members}


def refused(document):
    with pytest.raises(UnsafeDocument) as caught:
        canonicalize_slowly(document)
    return {finding.pointer: finding.code for finding in caught.value.findings}


@pytest.mark.parametrize("document", ALL.values(), ids=ALL)
def test_the_slow_way_and_the_fast_way_end_at_the_same_place(document):
    assert canonicalize_slowly(document) == canonicalize_with_pyld(document)


def test_a_document_with_more_of_json_ld_is_canonicalised_in_a_process_of_its_own():
    document = node(
        name={"@value": "hello", "@language": "en"},
        hasClaim={"@set": ["urn:x:2", "urn:x:3"]},
        count={"@value": "5", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
        ranking={"@list": ["a", "b"]},
    )
    document["@context"] = [*ELM, CREDENTIALS_EXAMPLES_V2]

    assert canonicalize_foreign(document) == canonicalize_with_pyld(document)


def test_json_literals_are_kept_as_they_are():
    document = node(name={"@value": "x"}, _sd=[1, None, {"b": 2.5, "a": []}])

    assert canonicalize_slowly(document) == canonicalize_with_pyld(document)


def test_a_document_that_the_walker_can_do_needs_no_process():
    assert canonicalize_foreign(MICROCREDENTIAL, ForeignLimits(seconds=0)) == canonicalize_with_pyld(MICROCREDENTIAL)


@pytest.mark.parametrize(
    ("pointer", "code", "members"),
    [
        ("#/hasClaim/undefined", "undefined-term", {"hasClaim": {"undefined": "x"}}),
        ("#/hasClaim/type", "undefined-identifier", {"hasClaim": {"type": "Undefined"}}),
        ("#/identifier", "undefined-identifier", {"identifier": "relative"}),
        ("#/hasClaim/id", "undefined-identifier", {"hasClaim": {"id": "a b"}}),
        ("#/title/e_n", "malformed-language-tag", {"title": {"e_n": "x"}}),
        ("#/dateOfBirth", "ill-typed-literal", {"dateOfBirth": "1988-04-12"}),
        ("#/name/@type", "undefined-identifier", {"name": {"@value": "x", "@type": "Undefined"}}),
        ("#/name/@value", "rewritten-number", {"name": {"@value": 2.5}}),
        ("#/name", "rewritten-number", {"name": 2**60}),
        ("#/name", "control-character", {"name": "bell \x07"}),
        ("#/notation", "nothing-stated", {"notation": None}),
        ("#/notation", "nothing-stated", {"notation": []}),
        ("#/proof", "nothing-stated", {"proof": {}}),
        ("#", "not-json-ld", {"name": {"@value": "x", "@type": "urn:x:t", "@language": "en"}}),
    ],
)
def test_a_safe_mode_is_built_around_pyld(pointer, code, members):
    document = node(**members)
    document["@context"] = [*ELM, DATA_INTEGRITY_V2]

    assert refused(document) == {pointer: code}


@pytest.mark.parametrize(
    "members",
    [
        {"hasClaim": {"@context": {"@vocab": "urn:x:"}, "anything": "x"}},
        {"@reverse": {"hasClaim": "urn:x:2"}},
        {"@included": [{"id": "urn:x:2"}]},
        {"@graph": [{"id": "urn:x:2", "name": "x"}]},
        {"hasClaim": {"id": "urn:x:2", "@index": "unsigned"}},
        {"name": {"@value": "x", "@direction": "rtl"}},
        *(
            {**place, keyword: unsigned}
            for keyword in ("@none", "@json", "@set", "@list", "@language")
            for unsigned in ("unsigned", True, {"grade": "A+"}, ["unsigned"], {"type": "Note", "title": {"en": "x"}})
            for place in ({"name": {"@value": "x"}}, {"hasClaim": {"@set": ["urn:x:2"]}})
        ),
        {"hasClaim": {"id": "urn:x:2", "@none": "unsigned"}},
        {"hasClaim": {"@set": ["urn:x:2"], "@none": "unsigned"}},
        {"name": {"@value": "x", "@none": "unsigned"}},
        {"name": {"@value": "x"}, "hasClaim": {"id": "@unsigned"}},
        {"name": {"@value": "x"}, "hasClaim": {"type": ["Person", "@unsigned"]}},
    ],
)
def test_keywords_that_hide_statements_or_are_never_signed_are_not_processed(members):
    with pytest.raises(UnsupportedDocument):
        canonicalize_slowly(node(**members))


def test_contexts_that_are_not_pinned_lead_to_no_process():
    with pytest.raises(UnsupportedDocument) as caught:
        canonicalize_foreign(
            {"@context": [CREDENTIALS_V2, "https://example.org/"], "name": "x"}, ForeignLimits(seconds=0)
        )

    assert [finding.pointer for finding in caught.value.findings] == ["#/@context/1"]


def test_refusals_cross_the_border_of_the_process_with_their_findings():
    with pytest.raises(UnsafeDocument) as caught:
        canonicalize_foreign(node(name={"@value": "x"}, hasClaim={"undefined": "x"}))

    assert [(finding.code, finding.pointer) for finding in caught.value.findings] == [
        ("undefined-term", "#/hasClaim/undefined")
    ]


def test_a_poison_graph_is_refused_by_name():
    ring = [{"id": f"_:{n}", "hasClaim": [f"_:{m}" for m in range(10) if m != n]} for n in range(10)]

    with pytest.raises(CanonicalizationBudgetExceeded):
        canonicalize_foreign(node(hasClaim=ring, name={"@value": "x"}))


@pytest.mark.parametrize(
    "limits",
    [ForeignLimits(max_nodes=10), ForeignLimits(max_depth=3), ForeignLimits(max_bytes=200)],
    ids=["nodes", "depth", "bytes"],
)
def test_size_is_measured_before_a_process_starts(limits):
    document = copy.deepcopy(MICROCREDENTIAL)
    document["name"] = {"@value": "x"}
    start = perf_counter()

    with pytest.raises(ProcessingLimitExceeded):
        canonicalize_foreign(document, limits)
    assert perf_counter() - start < 0.05


def test_depth_beyond_any_stack_is_only_a_refusal():
    document = inner = node(name={"@value": "x"})
    for _ in range(5000):
        inner["hasClaim"] = inner = {}

    with pytest.raises(ProcessingLimitExceeded):
        canonicalize_foreign(document)


def test_a_process_without_memory_ends_in_a_refusal():
    large = node(name={"@value": "x"}, hasClaim=[{"title": {"en": f"{n}" * 400}} for n in range(400)])

    with pytest.raises(ProcessingLimitExceeded):
        canonicalize_foreign(large, ForeignLimits(memory_bytes=1))


def test_a_process_that_works_too_long_is_ended():
    costly = node(name={"@value": "x"}, hasClaim=[{"title": {"en": f"{n}"}} for n in range(9000)])

    with pytest.raises(ProcessingLimitExceeded):
        canonicalize_foreign(costly, ForeignLimits(seconds=1))


def test_a_process_that_does_not_end_by_itself_is_killed():
    with pytest.raises(ProcessingLimitExceeded):
        canonicalize_foreign(node(name={"@value": "x"}), ForeignLimits(seconds=-1.99))
