"""What is mapped reads back equal, and what is absent reads back absent."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.elm.checks import check_format
from app.elm.mapping import map_award
from app.elm.placing import in_document
from app.elm.reading import read
from app.jsonld import canonicalize
from app.template.elements import HTTP_URL, Statement
from tests.builders import ABSENT, SUBTYPES, an_academic_certificate, full_request, required_only_request
from tests.elm.documents import BODIES, CERTIFICATE_NUMBER, FACTS, RENDERERS, a_document, a_statement, a_tree
from tests.elm.statements import statements

thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("rendering", RENDERERS)
@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("awarding_body", sorted(BODIES))
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_request_of_each_kind_and_university_reads_back_equal(subtype, awarding_body, request_of, rendering):
    statement = a_statement(request_of(subtype, awarding_body=awarding_body))
    reading = read(a_document(statement, rendering))
    assert reading.findings == ()
    assert reading.statement == in_document(statement)
    assert reading.facts.awarding_body == awarding_body


@pytest.mark.parametrize("rendering", RENDERERS)
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_universities_that_have_no_did_here_are_described_and_known_again(subtype, rendering):
    partners = ["upv", "chalmers", "test"]
    named = {
        "units": ABSENT,
        "offering.units": [{"title": {"en": "Abroad"}, "provided_by": partners, "ects": 4, "eqf": 7}],
        "offering.assessments.0.assessed_by": ["ntnu", "test"],
        "offering.towards": [{"kind": "degree-programme", "title": {"en": "Larger"}, "university": "polimi"}],
        "learner.student_identifiers": [{"scheme": "student-number", "value": "2", "assigned_by": "ntnu"}],
    }
    statement = a_statement(full_request(subtype, named, awarding_body="test"))
    alone = {"test": BODIES["test"]}
    tree = map_award(statement, BODIES["test"], alone, certificate_number=CERTIFICATE_NUMBER)
    document = json.loads(json.dumps(RENDERERS[rendering](tree, FACTS)))
    reading = read(document)
    assert (reading.findings, reading.statement) == ((), in_document(statement))
    assert check_format(document) == []
    written = json.dumps(document, ensure_ascii=False)
    assert "Universitat Politècnica de València" in written
    assert ":issuers:upv" not in written
    assert canonicalize(document)


@given(statement=statements(), rendering=st.sampled_from(sorted(RENDERERS)))
@thorough
def test_whatever_the_types_admit_reads_back_equal_and_is_well_formed(statement, rendering):
    document = a_document(statement, rendering)
    reading = read(document)
    assert reading.findings == ()
    assert reading.statement == in_document(statement)
    assert check_format(document) == []


@given(statement=statements())
@thorough
def test_what_is_read_maps_to_the_same_tree_again(statement):
    placed = in_document(statement)
    assert in_document(placed) == placed
    assert a_tree(placed) == a_tree(statement)
    validated = Statement.model_validate(json.loads(placed.model_dump_json()))
    assert validated == placed


_ADDRESSES = st.one_of(
    st.from_regex(HTTP_URL, fullmatch=True).filter(lambda address: len(address) <= 2000),
    st.text([chr(code) for code in range(0x20, 0x100)], min_size=1, max_size=8).map("https://home.example/{}".format),
)


@given(address=_ADDRESSES)
@settings(max_examples=100, deadline=None)
def test_every_web_address_that_the_types_admit_can_be_signed_and_reads_back(address):
    with_it = {
        "learner.student_identifiers.0.assigned_by": address,
        "offering.quality_assurance.agency": {"name": {"en": "Agency"}, "country": "BEL", "homepage": address},
        "offering.quality_assurance.decision": {"title": {"en": "Decision"}, "url": address},
    }
    try:
        statement = a_statement(an_academic_certificate(with_it))
    except ValidationError as refusal:
        kinds = {error["type"] for error in refusal.errors()}
        assert kinds == {"web-address-not-public"} if HTTP_URL.fullmatch(address) else kinds
        return
    document = a_document(statement)
    canonicalize(document)
    assert check_format(document) == []
    assert read(document).statement == in_document(statement)


@given(statement=statements(), seed=st.randoms(use_true_random=False))
@thorough
def test_the_order_of_arrays_and_members_plays_no_part_in_reading(statement, seed):
    """A proof covers the graph, which has no order; so neither may the reading."""
    document = a_document(statement)
    assert read(_shuffled(document, seed)).statement == read(document).statement


def _shuffled(value, seed):
    if isinstance(value, dict):
        names = list(value)
        seed.shuffle(names)
        return {name: value[name] if name in ("@context", "type") else _shuffled(value[name], seed) for name in names}
    if isinstance(value, list):
        items = [_shuffled(item, seed) for item in value]
        seed.shuffle(items)
        return items
    return value
