"""One registry, one label for each concept, everything served complete."""

import pytest
import rdflib
from pyld import jsonld

from app.elm.own_schemes import LABEL_LANGUAGES, OWN_SCHEMES
from app.elm.vocabularies import (
    CODE_LISTS,
    CODES,
    EUROPEAN_LISTS,
    OWN_LISTS,
    NoSuchScheme,
    UnknownCode,
    code_list,
    codes,
    concept_by_id,
    concept_scheme_document,
    labels,
    language_of_tag,
    own,
)
from app.jsonld.contexts import VOCABULARY_BASE

SKOS = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")


def test_no_concept_belongs_to_two_lists():
    schemes = [*EUROPEAN_LISTS.values(), *OWN_LISTS.values()]
    every = [concept.iri for scheme in schemes for concept in scheme.members.values()]
    assert len(every) == len(set(every))
    assert all(concept_by_id(iri) is not None for iri in every)


@pytest.mark.parametrize("name", OWN_SCHEMES)
def test_our_concepts_have_distinct_codes_labels_in_each_language_and_a_definition(name):
    concepts = OWN_SCHEMES[name].concepts
    assert len({concept.code for concept in concepts}) == len(concepts)
    for concept in concepts:
        assert len(concept.labels) == len(LABEL_LANGUAGES)
        assert all(label == label.strip() != "" for label in concept.labels)
        assert concept.definition.endswith(".")
        assert concept.broader is None or concept.broader in {other.code for other in concepts}


@pytest.mark.parametrize("name", OWN_LISTS)
def test_a_scheme_is_served_as_skos_with_everything_that_is_known_of_it(name):
    document = dict(concept_scheme_document(name))
    quads = jsonld.to_rdf(document, {"format": "application/n-quads"})
    graph = rdflib.Graph().parse(data=quads, format="nt")
    scheme = rdflib.URIRef(f"{VOCABULARY_BASE}/{name}/v1")
    assert (scheme, rdflib.RDF.type, SKOS.ConceptScheme) in graph
    assert len(list(graph.subjects(SKOS.inScheme, scheme))) == len(OWN_LISTS[name].members)
    for concept in OWN_LISTS[name].members.values():
        node = rdflib.URIRef(concept.iri)
        assert node.startswith(f"{scheme}#")
        written = {label.language: str(label) for label in graph.objects(node, SKOS.prefLabel)}
        assert written == dict(concept.labels)
        assert graph.value(node, SKOS.definition) is not None


def test_what_the_european_lists_have_is_no_concept_of_ours():
    for scheme, concept in ((name, concept) for name in OWN_LISTS for concept in OWN_LISTS[name].members.values()):
        if concept.exact_match is not None:
            assert concept_by_id(concept.exact_match) is not None, scheme


def test_languages_are_asked_for_by_their_two_letters():
    assert codes("language")["nb"].iri.endswith("/NOB")
    assert code_list("language").members[0].code == min(codes("language"))
    assert language_of_tag("pt-BR") == language_of_tag("pt")
    assert language_of_tag("fil") is None


def test_target_groups_are_the_european_ones_and_ours():
    assert {"1599531db0", "life-long-learners"} <= set(codes("target-group"))


def test_labels_are_in_the_language_asked_for_or_in_english():
    assert labels("typology", "pl")["badge"] == "Odznaka"
    assert labels("eqf", "pl")["7"] == CODES["eqf"]["7"] == "Level 7"
    assert set(CODES) == set(CODE_LISTS)


def test_what_is_not_there_is_refused_by_name():
    with pytest.raises(UnknownCode):
        own("typology", "label")
    with pytest.raises(UnknownCode):
        codes("no-such-list")
    with pytest.raises(NoSuchScheme):
        concept_scheme_document("eqf")


@pytest.mark.reference
def test_the_lists_are_the_collected_ones(reference_dir):
    assert {path.stem for path in (reference_dir / "vocab").glob("*.json")} == set(EUROPEAN_LISTS)
