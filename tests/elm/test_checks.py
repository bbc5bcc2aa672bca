"""What the shapes let through is found, with its place; what is right has no finding."""

import copy
import json
from pathlib import Path

import pytest
import rdflib

from app.elm.checks import AT_MOST_ONE, ONE, REQUIRED, SCHEMES, check_format
from app.errors import Weight
from app.jsonld.contexts import EDC_AP, pinned_context
from tests.builders import full_request
from tests.elm.documents import a_document, a_statement

STATEMENT = a_statement(full_request("academic", {"offering.further_information.placement": {"fees": "document"}}))
EDC = a_document(STATEMENT, "edc")
VCDM2 = a_document(STATEMENT)
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def at(document, *path):
    for step in path:
        document = document[step]
    return document


def found(document):
    return {(finding.code, finding.pointer) for finding in check_format(document)}


PERSON = ("credentialSubject",)
CLAIM = ("credentialSubject", "hasClaim")
Q = (*CLAIM, "specifiedBy")


@pytest.mark.parametrize(
    ("path", "name", "value", "code"),
    [
        (CLAIM, "awardedBy", None, "property-missing"),
        ((), "validFrom", None, "property-missing"),
        (("issuer",), "eIDASIdentifier", None, "property-missing"),
        (PERSON, "hasClaim", [], "property-missing"),
        (Q, "entryRequirement", [{"noteLiteral": {"en": "a"}}, {"noteLiteral": {"en": "b"}}], "property-repeated"),
        (PERSON, "dateOfBirth", "1988-04-12", "literal-malformed"),
        (PERSON, "dateOfBirth", "1988-04-31T00:00:00Z", "literal-malformed"),
        (Q, "volumeOfLearning", "P2W", "literal-malformed"),
        (Q, "isPartialQualification", "yes", "literal-malformed"),
        ((*Q, "creditPoint"), "point", 2.5, "literal-malformed"),
        ((*CLAIM, "learningOpportunity", "priceDetail", 0, "amount"), "value", 49.5, "literal-malformed"),
        (CLAIM, "title", {"en": ["one", "two"]}, "literal-malformed"),
        (CLAIM, "title", {"not a tag": "one"}, "literal-malformed"),
        (PERSON, "id", "person 1", "id-not-absolute"),
    ],
)
def test_what_a_document_must_not_have_is_found_at_its_place(path, name, value, code):
    document = copy.deepcopy(EDC)
    at(document, *path)[name] = value
    pointer = "#" + "".join(f"/{step}" for step in (*path, name))
    assert (code, pointer) in found(document)


def concept(document, iri):
    """Every copy of a concept in a document."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("id") == iri:
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


EQF_7 = "http://data.europa.eu/snb/eqf/7"


@pytest.mark.parametrize("code", ["stackability-sideways", ""])
def test_a_concept_of_ours_that_is_only_referred_to_must_exist(code):
    document = a_document(a_statement(full_request("academic")))
    notes = document["credentialSubject"]["hasClaim"]["specifiedBy"]["additionalNote"]
    place, note = next(
        (place, note) for place, note in enumerate(notes) if note["subject"]["id"].endswith("stackability-stackable")
    )
    assert note["subject"].keys() == {"id", "type"}
    note["subject"]["id"] = note["subject"]["id"].replace("stackability-stackable", code)
    pointer = f"#/credentialSubject/hasClaim/specifiedBy/additionalNote/{place}/subject"
    assert [(found.code, found.pointer) for found in check_format(document)] == [("concept-not-in-scheme", pointer)]


@pytest.mark.parametrize(
    ("change", "code", "weight"),
    [
        ({"id": "http://data.europa.eu/snb/eqf/9"}, "concept-not-in-scheme", Weight.REQUIRED),
        (
            {"inScheme": {"id": "http://data.europa.eu/snb/qdr/25831c2", "type": "ConceptScheme"}},
            "concept-wrong-scheme",
            Weight.REQUIRED,
        ),
        ({"prefLabel": {"en": "Level 8"}}, "concept-wrong-label", Weight.RECOMMENDED),
    ],
)
def test_a_concept_that_is_not_what_it_says_is_found(change, code, weight):
    document = copy.deepcopy(EDC)
    for held in concept(document, EQF_7):
        held.update(change)
    assert (code, weight) in {(finding.code, finding.weight) for finding in check_format(document)}


def test_a_false_label_on_a_concept_of_ours_is_required_to_be_right():
    document = copy.deepcopy(VCDM2)
    badge = at(document, *Q)["dcType"][0]
    assert badge["id"].endswith("#certificate")
    badge["prefLabel"] = {"en": "Degree"}
    assert Weight.REQUIRED in {f.weight for f in check_format(document) if f.code == "concept-wrong-label"}


def test_a_bare_concept_without_its_scheme_is_found():
    document = copy.deepcopy(EDC)
    at(document, *Q)["eqfLevel"] = EQF_7
    assert ("concept-wrong-scheme", "#/credentialSubject/hasClaim/specifiedBy/eqfLevel") in found(document)


def test_equal_ids_with_other_content_are_a_collision():
    document = copy.deepcopy(VCDM2)
    notes = at(document, *Q)["additionalNote"]
    notes[1]["id"] = notes[0]["id"]
    assert "id-collision" in {code for code, _ in found(document)}


def test_an_embedded_copy_that_differs_is_a_collision():
    document = copy.deepcopy(EDC)
    del at(document, *CLAIM, "awardedBy", "awardingBody")["eIDASIdentifier"]
    assert "id-collision" in {code for code, _ in found(document)}


def test_a_reference_to_nothing_is_found():
    document = copy.deepcopy(VCDM2)
    at(document, *CLAIM)["influencedBy"]["specifiedBy"] = {
        "id": "urn:epass:learningActivitySpec:99",
        "type": "LearningActivitySpecification",
    }
    assert ("node-missing", "#/credentialSubject/hasClaim/influencedBy/specifiedBy") in found(document)


def test_a_proof_and_a_status_are_not_looked_at():
    document = VCDM2 | {"proof": {"id": "no iri", "created": 1}, "credentialStatus": [{"id": 5}]}
    assert check_format(document) == []


@pytest.mark.reference
@pytest.mark.parametrize("sample", ["Sample-MC-Annex1-signed", "Sample-CertOfPart-signed"])
def test_what_the_european_union_sealed_has_no_finding(reference_dir, sample):
    sealed = json.loads((reference_dir / "samples" / f"{sample}.jsonld").read_text("utf-8"))
    assert check_format(json.loads(sealed["payload"])) == []


@pytest.mark.reference
def test_what_an_unsealed_sample_lacks_is_found(reference_dir):
    document = json.loads((reference_dir / "samples" / "Sample-MC-Annex1-unsigned.jsonld").read_text("utf-8"))
    assert found(document) == {
        ("property-missing", "#/issued"),
        ("property-missing", "#/issuer/eIDASIdentifier"),
    }


@pytest.fixture(scope="module")
def shapes(reference_dir: Path):
    graph = rdflib.Graph()
    for name in ("EDC-generic-no-cv", "EDC-generic-full"):
        graph.parse(reference_dir / "shapes" / f"{name}.ttl")
    return graph


def iri_of(name):
    """The IRI of a term of the EDC context."""
    context = pinned_context(EDC_AP).document["@context"]
    usual = {
        "credentialSchema": "cred:credentialSchema",
        "credentialSubject": "cred:credentialSubject",
        "issuer": "cred:issuer",
        "issued": "cred:issued",
        "validFrom": "cred:validFrom",
    }
    value = usual.get(name) or context[name]
    compact = value["@id"] if isinstance(value, dict) else value
    prefix, _, local = compact.partition(":")
    return rdflib.URIRef(context[prefix] + local)


def stated(shapes, kind, name):
    """What the shapes say about a property: least, most, scheme."""
    least, most, schemes = 0, None, set()
    for shape in shapes.subjects(SH.targetClass, iri_of(kind)):
        for rule in shapes.objects(shape, SH.property):
            if shapes.value(rule, SH.path) != iri_of(name):
                continue
            least = max(least, int(shapes.value(rule, SH.minCount) or 0))
            limit = shapes.value(rule, SH.maxCount)
            most = most if limit is None else int(limit) if most is None else min(most, int(limit))
            for inner in shapes.objects(rule, SH.node):
                for inside in shapes.objects(inner, SH.property):
                    schemes |= {str(value) for value in shapes.objects(inside, SH.hasValue)}
    return least, most, schemes


@pytest.mark.reference
@pytest.mark.parametrize("kind", REQUIRED)
def test_required_properties_are_those_of_the_shapes(shapes, kind):
    for name, most in REQUIRED[kind].items():
        least, limit, _ = stated(shapes, kind, name)
        assert least == 1, name
        assert (limit == 1) == (most == ONE), name


@pytest.mark.reference
@pytest.mark.parametrize("kind", AT_MOST_ONE)
def test_single_properties_are_those_of_the_shapes(shapes, kind):
    for name in AT_MOST_ONE[kind]:
        assert stated(shapes, kind, name)[1] == 1, name


@pytest.mark.reference
@pytest.mark.parametrize("kind", SCHEMES)
def test_schemes_are_those_of_the_shapes(shapes, kind):
    for name, scheme in SCHEMES[kind].items():
        assert scheme in stated(shapes, kind, name)[2], name


@pytest.mark.reference
def test_every_required_property_of_the_classes_we_write_is_known(shapes):
    """The other way round: what the shapes require of these classes stands in the table."""
    for kind in REQUIRED:
        for shape in shapes.subjects(SH.targetClass, iri_of(kind)):
            for rule in shapes.objects(shape, SH.property):
                if int(shapes.value(rule, SH.minCount) or 0):
                    assert shapes.value(rule, SH.path) in {iri_of(name) for name in REQUIRED[kind]}, kind
