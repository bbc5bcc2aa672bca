"""What is mapped reads back equal, and what is absent reads back absent."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.elm.checks import check_format
from app.elm.placing import in_document
from app.elm.reading import read
from app.template.elements import Statement
from tests.builders import SUBTYPES, full_request, required_only_request
from tests.elm.documents import BODIES, RENDERERS, a_document, a_statement, a_tree
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
