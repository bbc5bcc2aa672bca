"""Reading documents that are not as we make them: a finding with its place, never an exception."""

import copy
import datetime as dt
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.elm.checks import check_format
from app.elm.reading import MAX_VALUES, read
from tests.builders import full_request, required_only_request
from tests.elm.documents import FACTS, RENDERERS, a_document, a_statement

FULL = {rendering: a_document(a_statement(full_request("academic")), rendering) for rendering in RENDERERS}


def altered(document, path, value):
    changed = copy.deepcopy(document)
    *above, last = path
    target = changed
    for step in above:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return changed


def findings(document):
    return {(finding.code, finding.pointer) for finding in read(document).findings}


ACHIEVEMENT = ("credentialSubject", "hasClaim")
SPECIFICATION = (*ACHIEVEMENT, "specifiedBy")


@pytest.mark.parametrize("rendering", RENDERERS)
def test_the_facts_of_a_credential_are_read(rendering):
    facts = read(FULL[rendering]).facts
    assert facts.rendering == rendering
    assert facts.uuid == FACTS.uuid
    assert facts.issuer_id == facts.awarding_body_id == "did:web:localhost%3A8000:issuers:wut"
    assert facts.awarding_body == "wut"
    assert facts.legal_name == {
        "en": "Warsaw University of Technology (demonstration)",
        "pl": "Politechnika Warszawska (demonstration)",
    }
    assert facts.eidas_identifier == "NTRPO-DEMO-wut"
    assert facts.country == "POL"
    assert facts.certificate_number == "WUT/ENH/2026/0001"
    assert facts.template_edition == "2021-06"
    assert (facts.issued, facts.valid_from, facts.valid_until) == (FACTS.issued, FACTS.valid_from, FACTS.valid_until)


def test_moments_are_written_in_utc_to_the_second():
    assert FULL["vcdm2"]["validFrom"] == "2026-06-29T22:00:00Z"
    assert FULL["edc"]["expirationDate"] == FULL["edc"]["validUntil"] == "2046-06-30T22:00:00Z"
    assert FULL["edc"]["issuanceDate"] == FULL["edc"]["issued"] == "2026-07-01T10:00:05Z"
    assert "issuanceDate" not in FULL["vcdm2"]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("@context",), ["https://www.w3.org/ns/credentials/v2"], ("context-not-ours", "#/@context")),
        (("type",), ["VerifiableCredential"], ("element-malformed", "#/type")),
        (("id",), "urn:uuid:nonsense", ("element-malformed", "#/id")),
        (("issuer",), "did:web:other.example", ("issuer-not-awarding-body", "#/issuer")),
        (("issued",), "2026-07-01T10:00:05+02:00", ("element-malformed", "#/issued")),
        (("identifier",), ..., ("element-missing", "#/identifier")),
        ((*ACHIEVEMENT, "awardedBy"), ..., ("element-missing", "#/credentialSubject/hasClaim/awardedBy")),
        (
            ("credentialSubject", "dateOfBirth"),
            "2001-02-28T01:00:00Z",
            ("element-malformed", "#/credentialSubject/dateOfBirth"),
        ),
        (
            ("credentialSubject", "givenName"),
            {"en": "Zoë", "pl": "Zofia"},
            ("element-repeated", "#/credentialSubject/givenName"),
        ),
        (
            (*SPECIFICATION, "title", "en"),
            "Ame\u0301lie",
            ("text-not-normal", "#/credentialSubject/hasClaim/specifiedBy/title/en"),
        ),
        (
            (*SPECIFICATION, "title"),
            {"pt-BR": "Certificado", "pt-br": "Outro"},
            ("element-repeated", "#/credentialSubject/hasClaim/specifiedBy/title/pt-br"),
        ),
        (
            (*SPECIFICATION, "eqfLevel", "id"),
            "http://data.europa.eu/snb/eqf/9",
            ("concept-unexpected", "#/credentialSubject/hasClaim/specifiedBy/eqfLevel"),
        ),
        (
            (*SPECIFICATION, "creditPoint", "point"),
            "2.5E0",
            ("element-malformed", "#/credentialSubject/hasClaim/specifiedBy/creditPoint/point"),
        ),
        (
            (*SPECIFICATION, "volumeOfLearning"),
            "P60M",
            ("element-malformed", "#/credentialSubject/hasClaim/specifiedBy/volumeOfLearning"),
        ),
        (
            (*SPECIFICATION, "mode"),
            [{"id": "http://data.europa.eu/snb/learning-assessment/e92d221e4d", "type": "Concept"}] * 2
            + [{"id": "http://data.europa.eu/snb/learning-assessment/920fbb3cbe", "type": "Concept"}],
            ("element-repeated", "#/credentialSubject/hasClaim/specifiedBy/mode"),
        ),
    ],
)
def test_what_is_not_of_our_form_is_a_finding_with_its_place(path, value, expected):
    assert expected in findings(altered(FULL["edc"] if path[0] != "id" else FULL["vcdm2"], path, value))


def test_a_document_without_its_type_has_no_statement():
    document = altered(FULL["edc"], (*SPECIFICATION, "dcType"), ...)
    reading = read(document)
    assert reading.statement is None
    assert not reading.is_of_our_form


def test_two_notes_that_say_different_things_are_a_finding():
    document = copy.deepcopy(FULL["edc"])
    notes = document["credentialSubject"]["hasClaim"]["specifiedBy"]["additionalNote"]
    stackable = next(note for note in notes if note["subject"]["id"].endswith("stackability-stackable"))
    other = copy.deepcopy(stackable) | {"id": "urn:epass:note:900"}
    other["subject"]["id"] = other["subject"]["id"].replace("-stackable", "-stand-alone")
    notes.append(other)
    assert any(code == "element-repeated" for code, _ in findings(document))


def test_findings_never_repeat_what_was_there():
    document = altered(FULL["edc"], ("credentialSubject", "identifier", 0, "notation"), "SECRET NUMBER \u202e")
    reading = read(document)
    assert reading.findings
    assert not any("SECRET" in finding.detail for finding in reading.findings)


def test_a_reference_may_come_before_what_it_refers_to():
    document = copy.deepcopy(FULL["vcdm2"])
    document["issuer"] = document.pop("issuer")
    turned = json.loads(json.dumps(document, sort_keys=True))
    assert read(turned).statement == read(FULL["vcdm2"]).statement


def test_the_awarding_body_is_known_by_the_form_of_its_did_alone():
    words = json.dumps(FULL["vcdm2"]).replace("did:web:localhost%3A8000:issuers:wut", "did:web:evil.example:wut")
    reading = read(json.loads(words))
    assert reading.facts.awarding_body is None
    assert reading.statement is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def paths_of(value, above=()):
    yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from paths_of(item, (*above, step))


PATHS = [path for path in paths_of(FULL["vcdm2"]) if path]


@given(path=st.sampled_from(PATHS), value=json_values | st.just(...))
@settings(max_examples=150, deadline=None)
def test_a_document_with_anything_anywhere_is_read_and_checked_without_an_exception(path, value):
    document = altered(FULL["vcdm2"], path, value)
    read(document)
    check_format(document)


@given(value=json_values)
@settings(max_examples=100, deadline=None)
def test_anything_at_all_is_read_and_checked_without_an_exception(value):
    assert read(value).findings
    assert check_format(value)


def test_half_of_a_surrogate_pair_is_no_exception():
    document = altered(FULL["edc"], (*ACHIEVEMENT, "title"), {"\ud800": 1})
    document["\udfff"] = {"id": "\ud800"}
    read(document)
    assert check_format(document)


def test_references_cannot_make_a_small_document_stand_for_a_large_tree():
    organisation = {"id": "urn:x:o", "type": "Organisation", "legalName": {"en": "x"}}
    unit = {"id": "urn:x:u", "title": {"en": "x"}, "influencedBy": {"id": "urn:x:a", "type": "LearningActivity"}}
    many = [
        {"id": f"urn:epass:learningAchievement:{n}", **{k: v for k, v in unit.items() if k != "id"}}
        for n in range(5000)
    ]
    document = copy.deepcopy(FULL["vcdm2"])
    document["credentialSubject"]["hasClaim"]["hasPart"] = many
    document["extra"] = [
        organisation,
        {"id": "urn:x:a", "directedBy": [{"id": f"urn:x:{n}", "type": "Organisation"} for n in range(5000)]},
    ]
    started = time.process_time()
    reading = read(document)
    check_format(document)
    assert time.process_time() - started < 5
    assert ("element-malformed", "#/credentialSubject/hasClaim/hasPart") in {
        (finding.code, finding.pointer) for finding in reading.findings
    }
    assert len(reading.findings) <= MAX_VALUES


def test_a_moment_without_time_zone_is_not_rendered():
    with pytest.raises(ValueError, match="time zone"):
        a_document(
            a_statement(required_only_request("service")),
            facts=type(FACTS)(FACTS.uuid, dt.datetime(2026, 7, 1), FACTS.valid_from),  # noqa: DTZ001 - the point
        )
