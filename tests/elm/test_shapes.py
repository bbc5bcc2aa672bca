"""The official shapes of the European Digital Credential accept what the mapping makes."""

from pathlib import Path

import pyshacl
import pytest
import rdflib

from tests.builders import SUBTYPES, full_request, required_only_request
from tests.elm.documents import RENDERERS, a_document, a_statement, graph_of, without_status

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def shapes(reference_dir: Path) -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in ("EDC-generic-no-cv", "EDC-generic-full"):
        graph.parse(reference_dir / "shapes" / f"{name}.ttl")
    graph.remove((None, rdflib.OWL.imports, None))
    return graph


@pytest.mark.parametrize("rendering", RENDERERS)
@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_each_kind_of_micro_credential_conforms_to_edc_generic_full(shapes, subtype, request_of, rendering):
    statement = a_statement(request_of(subtype))
    graph = graph_of(without_status(a_document(statement, rendering)))
    conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert conforms, report


def test_the_test_issuer_conforms_too(shapes):
    statement = a_statement(full_request("achievement", awarding_body="test"))
    graph = graph_of(without_status(a_document(statement)))
    assert pyshacl.validate(graph, shacl_graph=shapes, inference="none")[0]


def test_the_shapes_do_refuse_a_document_that_lacks_something(shapes):
    document = without_status(a_document(a_statement(required_only_request("academic"))))
    del document["credentialSubject"]["hasClaim"]["title"]
    assert not pyshacl.validate(graph_of(document), shacl_graph=shapes, inference="none")[0]
