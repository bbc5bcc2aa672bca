"""What the demonstration shows is complete with regard to the template, valid, and says that it is invented."""

import json
from datetime import date
from pathlib import Path

import pytest

from app.elm.vocabularies import codes
from app.errors import Weight
from app.strict_json import parse
from app.template.alliance import MEMBERS, AwardingBody
from app.template.elements import Award, Offering, Subtype
from app.template.request import parse_offering, parse_request
from app.template.rules import LISTS, check, check_offering

DEMO = Path(__file__).resolve().parents[2] / "demo"
OFFERINGS = sorted((DEMO / "offerings").glob("*.json"))
AWARDS = sorted((DEMO / "awards").glob("*.json"))
ISSUERS = sorted((DEMO / "issuers").glob("*.json"))


CODES = {name: codes(name) for name in LISTS if name != "nqf"}
CODES["nqf"] = {code: concept.labels["en"] for code, concept in codes("nqf").items()}
TODAY = date(2026, 11, 23)


def _offering(path: Path) -> Offering:
    return parse_offering(parse(path.read_bytes()))


def _issuer(slug: str) -> AwardingBody:
    description = json.loads((DEMO / "issuers" / f"{slug}.json").read_text())
    return AwardingBody.model_validate({**description, "did": f"did:web:localhost%3A8000:issuers:{slug}"})


def _required(findings):
    return [(finding.code, finding.pointer) for finding in findings if finding.weight is Weight.REQUIRED]


@pytest.mark.parametrize("path", OFFERINGS, ids=lambda path: path.stem)
def test_an_offering_can_be_published(path):
    offering = _offering(path)

    assert _required(check_offering(offering, body=_issuer(offering.awarding_body), codes=CODES)) == []


@pytest.mark.parametrize("path", AWARDS, ids=lambda path: path.stem)
def test_an_award_can_be_issued_without_any_advice_of_its_own(path):
    content = json.loads(path.read_text())
    offering = _offering(DEMO / "offerings" / f"{content['offering_file']}.json")
    request = parse_request({"offering": {"id": "00000000-0000-4000-8000-000000000000"}, **content["award"]})
    body = _issuer(offering.awarding_body)

    assert check(request, today=TODAY, body=body, codes=CODES, offering=offering) == []


@pytest.mark.parametrize("path", OFFERINGS, ids=lambda path: path.stem)
def test_an_offering_says_to_every_reader_that_it_is_illustrative(path):
    information = _offering(path).further_information
    notes = [item for item in information.other if item.text.get("en", "").startswith("Illustrative example")]

    assert [item.placement.value for item in notes] == ["both"]
    assert any(
        "ENHANCE Micro-Credentials Template (June 2021)" in item.text.get("en", "") for item in information.other
    )


@pytest.mark.parametrize("path", OFFERINGS, ids=lambda path: path.stem)
def test_an_offering_has_its_title_in_english_and_in_the_language_of_its_university(path):
    offering = _offering(path)
    own = set(MEMBERS[offering.awarding_body].legal_name) - {"en"}

    assert "en" in offering.title
    assert own & set(offering.title)


def test_every_sub_type_and_every_university_has_an_offering():
    offerings = [_offering(path) for path in OFFERINGS]

    assert {offering.subtype for offering in offerings} == set(Subtype)
    assert {offering.awarding_body for offering in offerings} == set(MEMBERS)


def test_the_named_examples_of_the_template_are_there():
    titles = " | ".join(_offering(path).title["en"].casefold() for path in OFFERINGS)
    named = (
        "sustainable entrepreneurship and innovation",
        "responsible innovations",
        "sustainable cities",
        "climate action",
        "climate change",
        "micro-master's",
        "micro-bachelor in data literacy",
        "athens course",
        "sustainability certificate",
        "interdisciplinary gender studies",
        "china competence",
        "creative semester project",
        "digital transformation",
        "transformation for the green economy",
        "higher education teaching",
        "innovative teaching",
        "management",
        "intercultural knowledge and competence",
        "badge in data literacy",
        "passion in action",
        "badge - student ambassador",
    )

    assert [name for name in named if name not in titles] == []


def test_there_is_one_award_for_each_sub_type():
    subtypes = [
        _offering(DEMO / "offerings" / f"{json.loads(path.read_text())['offering_file']}.json").subtype
        for path in AWARDS
    ]

    assert sorted(subtypes) == sorted(Subtype)


@pytest.mark.parametrize("path", AWARDS, ids=lambda path: path.stem)
def test_an_award_goes_to_an_invented_learner(path):
    award = Award.model_validate(json.loads(path.read_text())["award"])

    assert award.learner.reference
    assert award.learner.reference.startswith("demo-learner-")
    assert all("invented" in identifier.value.casefold() for identifier in award.learner.student_identifiers)


@pytest.mark.parametrize("path", ISSUERS, ids=lambda path: path.stem)
def test_a_demonstration_issuer_cannot_be_taken_for_the_university(path):
    body = json.loads(path.read_text())

    assert body["eidas_identifier"].startswith("NTR")
    assert body["eidas_identifier"].endswith(f"-DEMO-{path.stem}")
    assert body["identifiers"] == []
    assert all(name.endswith(" (demonstration)") for name in body["legal_name"].values())


def test_every_university_of_the_alliance_has_a_demonstration_issuer():
    assert {path.stem for path in ISSUERS} == set(MEMBERS)
