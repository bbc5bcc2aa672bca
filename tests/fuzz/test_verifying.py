"""What the fuzzer of the doors begins with, what it found, and how it changes things. To fuzz: make fuzz-verify."""

import json

import pytest

from app.verification.report import Verdict
from app.verification.submission import read_submission
from fuzz.bending import HOSTILE, bend
from fuzz.entries import NOW, Doors, Wrong
from fuzz.verifying import CORPUS, LARGEST_KEPT, SHARES


@pytest.fixture(scope="module")
def doors():
    doors = Doors()
    yield doors
    doors.close()


def verdicts(doors):
    return [
        doors._loop.run_until_complete(doors._verifier.verify(read_submission(seed), now=NOW)).verdict
        for seed in doors.seeds["verify"]
    ]


def test_the_fuzzing_begins_with_valid_documents_and_tokens_among_others(doors):
    assert verdicts(doors).count(Verdict.VALID) >= 5


def test_a_valid_verdict_on_what_nobody_signed_would_be_found(doors, monkeypatch):
    monkeypatch.setattr(doors, "_signed", set())
    with pytest.raises(Wrong, match="nobody signed"):
        doors.verify(doors.seeds["verify"][0])


def test_a_double_that_is_written_as_a_large_integer_is_no_failure(doors):
    doors.read_json(b"[1e+30, 1e+20, 12345678901234567890.5]")


def test_what_is_said_twice_may_be_said_once(doors):
    document = json.loads(doors.seeds["verify"][0])
    assert document["issuer"]["eIDASIdentifier"]["spatial"]["inScheme"].pop("type") == "ConceptScheme"
    doors.verify(json.dumps(document).encode())  # valid: the same statements
    document["issuer"]["legalName"] = {"en": "Another university"}
    doors.verify(json.dumps(document).encode())  # not valid


@pytest.mark.parametrize("door", sorted(SHARES))
def test_each_door_answers_what_it_begins_with_and_what_was_ever_found(doors, door):
    found = [path.read_bytes() for path in sorted((CORPUS / door).iterdir())]
    assert found, "fuzz/corpus is committed"
    for content in [*doors.seeds[door], *found]:
        doors.targets()[door](content)


def test_the_corpus_is_small_and_nothing_in_it_is_large():
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert max(sizes) <= LARGEST_KEPT
    assert sum(sizes) < 512 * 1024


def test_a_change_is_a_function_of_its_number_and_most_changes_are_json():
    document = json.dumps({"a": [1, {"b": "text"}], "proof": {"type": "x"}}).encode()
    changed = [bend(document, 4096, number) for number in range(300)]
    assert changed == [bend(document, 4096, number) for number in range(300)]
    assert len(set(changed)) > 200
    for content in changed:
        json.loads(content.decode("utf-8", "surrogatepass"))


def test_a_change_never_grows_beyond_what_is_allowed_and_leaves_what_is_no_json_alone():
    document = json.dumps(list(HOSTILE)).encode()
    for number in range(200):
        assert len(bend(document, len(document) + 10, number)) <= len(document) + 10
    assert bend(b"no json", 100, 1) == b"no json"
