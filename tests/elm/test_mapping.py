"""Invariants of the tree, and what must and must not stand in a document."""

import copy
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from app.elm.checks import check_format
from app.elm.mapping import MappingRefused, decimal_text, hours_as_duration, map_award
from app.elm.placing import in_document, xsd_duration
from app.elm.reading import read
from app.elm.vocabularies import UnknownCode
from app.jsonld import canonicalize
from app.template.declarations import LANGUAGES, NO_GRADE, TEST_ISSUER, declarations
from tests.builders import ABSENT, SUBTYPES, an_academic_certificate, full_request, required_only_request
from tests.elm.documents import BODIES, FACTS, RENDERERS, a_document, a_statement, a_tree


def nodes_of(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes_of(item)


def words_of(document):
    return json.dumps(document, ensure_ascii=False)


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_the_same_statement_gives_the_same_tree_whatever_the_order_of_its_languages(subtype):
    request = full_request(subtype)
    turned = copy.deepcopy(request)
    turned["offering"]["title"] = dict(reversed(request["offering"]["title"].items()))
    assert json.dumps(a_tree(a_statement(request))) == json.dumps(a_tree(a_statement(request)))
    assert a_tree(a_statement(turned)) == a_tree(a_statement(request))


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_each_node_stands_once_in_full_and_is_referred_to_afterwards(subtype):
    tree = a_tree(a_statement(full_request(subtype)))
    full = [node["id"] for node in nodes_of(tree) if "id" in node and node.keys() - {"id", "type"}]
    referred = {node["id"] for node in nodes_of(tree) if node.keys() == {"id", "type"}}
    assert len(full) == len(set(full))
    assert {node_id for node_id in referred if node_id.startswith(("enhance:", "urn:epass:", "did:"))} <= set(full)


@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_reader_from_top_to_bottom_meets_a_node_in_full_before_it_is_referred_to(subtype, request_of):
    met = set()
    for node in nodes_of(a_document(a_statement(request_of(subtype)))["credentialSubject"]):
        if node.keys() == {"id", "type"} and node["id"].startswith(("enhance:learning", "urn:epass:learning")):
            assert node["id"] in met
        met.add(node.get("id"))


@pytest.mark.parametrize("rendering", RENDERERS)
@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_document_is_well_formed_and_safe_to_sign(subtype, request_of, rendering):
    document = a_document(a_statement(request_of(subtype)), rendering)
    assert check_format(document) == []
    canonicalize(document)


def test_language_tags_are_written_as_json_ld_processors_write_them_and_read_in_their_usual_case():
    words = {"zh-Hans": "证书", "pt-BR": "Certificado", "es-419": "Certificado", "en": "Certificate"}
    statement = a_statement(an_academic_certificate({"offering.title": words, "offering.alternative_titles": [words]}))
    document = a_document(statement)
    tags = {tag for node in nodes_of(document) for tag in ("zh-Hans", "pt-BR") if tag in node}
    assert tags == set()
    assert document["displayParameter"]["title"] == {tag.lower(): text for tag, text in words.items()}
    read_again = read(document).statement
    assert read_again is not None
    assert read_again.offering.title == words
    assert read_again == in_document(statement)


def test_rendering_for_europass_leaves_the_tree_as_it_was():
    statement = a_statement(full_request("academic"))
    tree = a_tree(statement)
    before = json.dumps(tree)
    RENDERERS["edc"](tree, FACTS)
    assert json.dumps(tree) == before


@pytest.mark.parametrize("rendering", RENDERERS)
def test_what_is_kept_inside_never_gets_into_a_document(rendering):
    request = an_academic_certificate(
        {
            "learner.reference": "INSIDE-1",
            "offering.workload.no_ects_reason": {"ground": "other", "text": {"en": "INSIDE-2"}},
            "offering.level.no_eqf_reason": {"en": "INSIDE-3"},
            "offering.prerequisites": {"formal": {"en": "a degree"}, "formal_reason": {"en": "INSIDE-4"}},
            "offering.further_information.other": [{"text": {"en": "INSIDE-5"}, "placement": "inside"}],
            "offering.further_information.profile": {"en": "INSIDE-6"},
            "offering.further_information.availability": {"en": "INSIDE-7"},
            "offering.further_information.placement": {"profile": "catalogue"},
        }
    )
    assert "INSIDE" not in words_of(a_document(a_statement(request), rendering))


@pytest.mark.parametrize("placement", ["document", "both", "catalogue", "inside"])
def test_an_item_of_further_information_stands_in_the_document_when_it_is_placed_there(placement):
    request = an_academic_certificate(
        {
            "offering.further_information.fees": [{"what_for": "examination", "amount": "49.50", "currency": "EUR"}],
            "offering.further_information.placement": {"fees": placement},
        }
    )
    assert ('"49.5"' in words_of(a_document(a_statement(request)))) == (placement in ("document", "both"))


@pytest.mark.parametrize("rendering", RENDERERS)
def test_the_test_issuer_names_no_alliance_and_promises_no_recognition(rendering):
    document = a_document(a_statement(full_request("academic", awarding_body="test")), rendering)
    awarding = document["credentialSubject"]["hasClaim"]["awardedBy"]
    words = words_of(document["issuer"]) + words_of(awarding)
    for forbidden in ("groupMemberOf", "automatic-recognition", "ecognised automatically", "on behalf"):
        assert forbidden not in words
    said = next(note for note in awarding["additionalNote"] if note["subject"]["id"].endswith("#awarding-body"))
    assert said["noteLiteral"] == TEST_ISSUER.in_languages({"en", "pl"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_says_what_every_rendering_says_in_each_language_of_its_title(language):
    title = {"en": "ENHANCE Certificate", language: "ENHANCE"}
    document = a_document(a_statement(an_academic_certificate({"offering.title": title})))
    said = words_of(document)
    for declaration in (*declarations(BODIES["wut"]), NO_GRADE):
        assert json.dumps(declaration.words[language], ensure_ascii=False) in said, declaration.key
        if language != "en":
            others = set(declaration.words.values()) - {declaration.words[tag] for tag in title}
            assert not any(f'"{words}"' in said for words in others)


def test_a_line_for_lists_names_kind_credits_and_level_in_each_language_that_has_the_words():
    title = {"en": "ENHANCE Certificate", "de": "ENHANCE-Zertifikat", "ca": "Certificat ENHANCE"}
    request = an_academic_certificate({"offering.title": title, "offering.workload.ects": "2.50"})
    assert a_document(a_statement(request))["displayParameter"]["elmDescription"] == {
        "de": "Micro-Credential (Zertifikat), 2.5 ECTS, EQR-Niveau 7",
        "en": "Micro-credential (certificate), 2.5 ECTS, EQF level 7",
    }


def test_a_sub_type_is_never_part_of_words_that_people_are_shown():
    request = required_only_request("specialisation")
    document = a_document(a_statement(request))
    shown = words_of(document["displayParameter"]) + words_of(document["credentialSubject"]["hasClaim"]["title"])
    assert "pecialisation" not in shown


def test_without_a_grade_nothing_like_a_pass_is_invented():
    words = words_of(a_document(a_statement(required_only_request("academic"))))
    assert "Requirements met; no grade is given" in words
    assert '"Pass' not in words


def test_participation_alone_makes_no_assessment_that_would_demand_a_grade():
    achievement = a_document(a_statement(required_only_request("achievement")))["credentialSubject"]["hasClaim"]
    assert "provenBy" not in achievement
    assert achievement["specifiedBy"]["provenBy"]["type"] == "LearningAssessmentSpecification"


def test_stand_alone_is_not_said_to_be_a_full_qualification():
    stand_alone = a_document(a_statement(an_academic_certificate()))["credentialSubject"]["hasClaim"]["specifiedBy"]
    assert stand_alone["type"] == "Qualification"
    assert "isPartialQualification" not in stand_alone


def test_a_learner_with_one_name_has_that_name():
    learner = {"learner.given_names": ABSENT, "learner.single_name": True}
    person = a_document(a_statement(an_academic_certificate(learner)))["credentialSubject"]
    assert person["fullName"] == {"en": "Øst"}
    assert "givenName" not in person


def test_a_stateless_learner_is_told_by_a_note_and_no_country():
    learner = {"learner.nationalities": [], "learner.nationality_status": "stateless"}
    person = a_document(a_statement(an_academic_certificate(learner)))["credentialSubject"]
    assert "citizenshipCountry" not in person
    assert person["additionalNote"]["subject"]["id"].endswith("/nationality-status/v1#stateless")


def test_own_pages_of_a_learner_stand_in_the_edc_rendering_only():
    english = "http://publications.europa.eu/resource/authority/language/ENG"
    facts = replace(FACTS, page_images={english: ["QUFB", "QkJC"]})
    statement = a_statement(required_only_request("academic"))
    edc = a_document(statement, "edc", facts)
    details = edc["displayParameter"]["individualDisplay"]["displayDetail"]
    assert [(detail["page"], detail["image"]["content"]) for detail in details] == [(1, "QUFB"), (2, "QkJC")]
    assert check_format(edc) == []
    assert "QUFB" not in words_of(a_document(statement, "vcdm2", facts))


def test_a_title_in_a_language_that_europass_does_not_know_is_shown_in_english():
    request = an_academic_certificate({"offering.title": {"fil": "ENHANCE Certificate"}})
    display = a_document(a_statement(request))["displayParameter"]
    assert display["primaryLanguage"]["id"].endswith("/ENG")


def test_an_unknown_university_or_code_is_refused_by_name():
    unknown = a_statement(an_academic_certificate({"offering.units": [{"title": {"en": "x"}, "provided_by": ["mit"]}]}))
    with pytest.raises(MappingRefused):
        map_award(unknown, BODIES["wut"], BODIES, certificate_number="1")
    with pytest.raises(MappingRefused):
        map_award(a_statement(an_academic_certificate()), BODIES["upv"], BODIES, certificate_number="1")
    with pytest.raises(UnknownCode):
        a_tree(a_statement(an_academic_certificate({"offering.further_information.isced_f": ["9876"]})))


@pytest.mark.parametrize(
    ("hours", "duration"),
    [("125", "PT125H"), ("12.5", "PT12H30M"), ("0.01", "PT0H36S"), ("0", "PT0H"), ("30000", "PT30000H")],
)
def test_hours_become_a_duration(hours, duration):
    assert hours_as_duration(Decimal(hours)) == duration


@pytest.mark.parametrize(
    ("stated", "written"), [("P2W", "P14D"), ("P1M2W3D", "P1M17D"), ("P4M", "P4M"), ("PT20H", "PT20H")]
)
def test_weeks_become_days_because_xml_schema_knows_no_weeks(stated, written):
    assert xsd_duration(stated) == written


@pytest.mark.parametrize(("value", "text"), [("5", "5"), ("2.50", "2.5"), ("100", "100"), ("1E+2", "100")])
def test_decimals_are_written_without_exponent(value, text):
    assert decimal_text(Decimal(value)) == text


def test_the_awarding_body_as_sole_assessor_is_what_silence_means():
    stated = an_academic_certificate({"offering.assessments.0.assessed_by": ["wut"]})
    assert in_document(a_statement(stated)) == in_document(a_statement(an_academic_certificate()))
