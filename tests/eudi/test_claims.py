"""One award in two types: what each says of it, what it leaves out, and what it cannot be made without."""

from dataclasses import replace
from datetime import date

import pytest

from app.eudi import EUDI_LEARNING, TYPES, WE_BUILD, ClaimsMissing, Said, claims_of
from app.eudi.claims import COUNTRIES
from app.template.alliance import MEMBERS
from app.template.elements import statement_of
from app.template.request import parse_request
from tests.builders import altered, full_request, required_only_request

PERSONAL = {"family_name", "given_name", "learner_identification", "givenName", "familyName", "dateOfBirth"}


def said(request, **changes):
    parsed = parse_request(request)
    facts = Said(
        statement=statement_of(parsed.offering, parsed.award),
        legal_name={"en": "Warsaw University of Technology", "pl": "Politechnika Warszawska"},
        country="POL",
        eidas_identifier="NTRPL-DEMO-wut",
        certificate_number="WUT-2026-1",
        language="pl",
        issued_on=date(2026, 11, 24),
    )
    return replace(facts, **changes)


def missing_in(credential_type, request, **changes):
    with pytest.raises(ClaimsMissing) as refused:
        claims_of(credential_type, said(request, **changes))
    return {finding.detail.split("`")[1]: finding.pointer for finding in refused.value.findings}


class TestTheEudiLearningCredential:
    def test_it_says_what_the_award_says(self):
        assert claims_of(EUDI_LEARNING, said(full_request("academic"))) == {
            "vct": "urn:eu.europa.ec.eudi:learning:credential:1",
            "issuing_authority": "Warsaw University of Technology",
            "issuing_country": "PL",
            "date_of_issuance": "2026-06-30",
            "achievement_title": "ENHANCE Certificate in sustainable cities",
            "achievement_description": "Professional, with a focus on transversal skills.",
            "language_of_classes": ["en", "pl"],
            "family_name": "Øst",
            "given_name": "Zoë-Ánne",
            "learner_identification": "urn:schac:personalUniqueCode:int:esi:example.edu:312345",
            "learning_outcomes": [
                "Explains the principles of the field and its limits.",
                "Plans and carries out a small project.",
                "Takes responsibility for the results of a team.",
            ],
            "assessment_grade": "4.5",
            "expected_study_time": "5 ECTS (130 hours)",
            "level_of_learning_experience": 7,
            "types_of_quality_assurance": [
                "Quality assurance procedures of the university's degree programmes",
                "National quality assurance",
                "International quality assurance agency",
            ],
            "prerequisites_to_enroll": ["Basic programming.", "A first degree in engineering."],
            "integration_stackability_options": True,
        }

    def test_what_it_cannot_do_without_is_named_at_once_with_its_place(self):
        assert missing_in(EUDI_LEARNING, required_only_request("service")) == {
            "language_of_classes": "#/offering/further_information/languages",
            "learner_identification": "#/learner/student_identifiers",
            "expected_study_time": "#/offering/workload",
            "level_of_learning_experience": "#/offering/level/eqf",
        }

    def test_no_date_is_given_on_which_an_achievement_would_lapse(self):
        request = altered(full_request("academic"), valid_until="2030-01-31")
        assert not {"date_of_expiry", "exp"} & claims_of(EUDI_LEARNING, said(request)).keys()

    def test_a_number_of_the_university_stands_in_for_a_european_one(self):
        request = full_request("academic")
        request["learner"]["student_identifiers"] = [
            {"scheme": "student-number", "value": "S-77", "assigned_by": "wut"}
        ]
        assert claims_of(EUDI_LEARNING, said(request))["learner_identification"] == "S-77"


class TestTheWeBuildMicroCredential:
    def test_it_says_what_the_award_says(self):
        assert claims_of(WE_BUILD, said(full_request("academic"))) == {
            "vct": "VerifiableMicroCredential",
            "attestation_legal_category": "non-qualified-EAA",
            "identifier": "WUT-2026-1",
            "title": "ENHANCE Certificate in sustainable cities",
            "givenName": "Zoë-Ánne",
            "familyName": "Øst",
            "dateOfBirth": "2001-02-28",
            "issuerCountry": "PL",
            "awardingBody": "Warsaw University of Technology",
            "awardingBodyIdentifier": "NTRPL-DEMO-wut",
            "issuanceDate": "2026-11-24",
            "level": "EQF-7",
            "learningOutcomes": [
                "Explains the principles of the field and its limits.",
                "Plans and carries out a small project.",
                "Takes responsibility for the results of a team.",
            ],
            "fieldOfEducation": "0114",
            "escoReference": ["http://data.europa.eu/esco/skill/aaaaaaaa-0000-4000-8000-000000000001"],
            "notionalWorkload": {"value": 5, "unit": "ECTS"},
            "typeOfAssessment": "written-examination",
            "formOfParticipation": "online",
            "idVerificationMethod": "in-person-supervision",
            "grade": "4.5",
            "gradingScheme": "WUT: 2.0 to 5.0",
            "entryRequirements": ["Basic programming.", "A first degree in engineering."],
            "qualityAssurance": "own-degree-procedures",
            "stackable": True,
            "partOfQualification": "Second-cycle programme in environmental engineering",
        }

    @pytest.mark.parametrize(
        ("changes", "name", "expected"),
        [
            ({"offering.workload": {"ects": 2.5}}, "notionalWorkload", {"value": 2.5, "unit": "ECTS"}),
            ({"offering.workload": {"hours": 40}}, "notionalWorkload", {"value": 40, "unit": "hours"}),
            ({"assessments.0.methods": ["portfolio"]}, "typeOfAssessment", "portfolio-assessment"),
            ({"assessments.0.methods": ["quiz"]}, "typeOfAssessment", "quiz"),
            ({"participation": {"mode_taken": "online"}}, "formOfParticipation", "online"),
            ({"offering.quality_assurance.basis": ["national"]}, "qualityAssurance", "national-quality-agency"),
        ],
    )
    def test_each_element_has_its_word_in_the_lists_of_the_rulebook(self, changes, name, expected):
        request = full_request("academic")
        for path, value in changes.items():
            put(request, path.split("."), value)
        assert claims_of(WE_BUILD, said(request))[name] == expected

    def test_a_badge_may_lack_what_the_type_needs(self):
        assert set(missing_in(WE_BUILD, required_only_request("service"))) == {"notionalWorkload"}

    def test_whoever_has_one_name_only_is_not_given_another(self):
        request = full_request("academic")
        request["learner"] |= {"single_name": True, "given_names": None}
        assert missing_in(WE_BUILD, request) == {"givenName": "#/learner/given_names"}


def put(target, steps, value):
    *before, last = steps
    for step in before:
        target = target[int(step)] if step.isdigit() else target.setdefault(step, {})
    target[last] = value


@pytest.mark.parametrize("credential_type", TYPES.values(), ids=lambda one: one.slug)
class TestBothTypes:
    @pytest.mark.parametrize("subtype", ["academic", "specialisation"])
    def test_the_claims_stand_in_the_order_of_the_type(self, credential_type, subtype):
        found = list(claims_of(credential_type, said(full_request(subtype))))
        assert found == ["vct", *(claim.name for claim in credential_type.claims if claim.name in found)]

    def test_whoever_holds_one_can_always_keep_what_is_personal(self, credential_type):
        names = {claim.name for claim in credential_type.claims}
        assert PERSONAL & names <= credential_type.disclosable

    def test_every_claim_is_cited_and_has_its_place_in_a_request(self, credential_type):
        for claim in credential_type.claims:
            assert claim.name in claim.citation or "3.2." in claim.citation
            assert claim.source.startswith("#")

    def test_words_are_english_or_else_the_university_s_own(self, credential_type):
        name = "issuing_authority" if credential_type is EUDI_LEARNING else "awardingBody"
        request = full_request("academic")
        for legal_name, expected in (
            ({"en": "University", "pl": "Politechnika"}, "University"),
            ({"fr": "Université", "pl": "Politechnika"}, "Politechnika"),
            ({"sv": "Högskola", "fr": "Université"}, "Université"),
        ):
            assert claims_of(credential_type, said(request, legal_name=legal_name))[name] == expected

    def test_a_country_without_a_code_of_two_letters_is_refused_and_not_guessed(self, credential_type):
        claim = "issuing_country" if credential_type is EUDI_LEARNING else "issuerCountry"
        assert missing_in(credential_type, full_request("academic"), country="1A0") == {
            claim: "#/offering/awarding_body"
        }


def test_the_country_of_every_member_has_its_code():
    assert {COUNTRIES[member.country] for member in MEMBERS.values()} == {"SE", "NO", "IT", "DE", "ES", "PL"}
