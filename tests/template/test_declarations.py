"""What every rendering says without being asked."""

import pytest

from app.template.alliance import MEMBERS
from app.template.declarations import (
    EDITION,
    KIND,
    LANGUAGES,
    NO_GRADE,
    TEST_ISSUER,
    awarded_by,
    declarations,
    eqf_level,
    in_language,
    leading_role,
)
from app.template.elements import TEMPLATE_EDITION
from tests.builders import an_awarding_body


@pytest.mark.parametrize("slug", MEMBERS)
def test_a_members_credential_says_kind_alliance_recognition_and_that_it_is_no_degree(slug: str) -> None:
    body = an_awarding_body(slug)
    said = declarations(body)
    assert [each.key for each in said] == [
        "kind",
        "on-behalf",
        "automatic-recognition",
        "not-a-degree",
        "template-edition",
    ]
    assert awarded_by(body).words["en"] == f"Awarded by {body.legal_name['en']} on behalf of the ENHANCE Alliance"
    for language in LANGUAGES:
        assert body.legal_name.get(language, body.legal_name["en"]) in awarded_by(body).words[language]


def test_the_test_issuers_credential_claims_neither_alliance_nor_recognition() -> None:
    said = declarations(an_awarding_body("test"))
    assert {each.key for each in said} == {"kind", "test-issuer", "not-a-degree", "template-edition"}
    assert awarded_by(an_awarding_body("test")) is TEST_ISSUER


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_and_english_stands_in(language: str) -> None:
    naming = (leading_role({"en": "U", language: "V"}), eqf_level(7))
    for each in (*declarations(an_awarding_body()), TEST_ISSUER, NO_GRADE, *naming):
        assert set(each.words) == set(LANGUAGES)
        assert each.in_languages([language, "fi"]).keys() == {"en", language}
        assert in_language(each.words, language)
        assert in_language(each.words, f"{language}-XX") == in_language(each.words, language)
        assert in_language(each.words, "fi") == each.words["en"]
        assert each.citation.startswith("ENHANCE template")


def test_the_edition_is_said_in_every_language() -> None:
    assert all(TEMPLATE_EDITION in words for words in EDITION.words.values())
    assert KIND.words["en"] == "Micro-credential"


def test_a_body_without_an_english_name_uses_the_one_it_has() -> None:
    body = an_awarding_body("wut", legal_name={"pl": "Politechnika Warszawska {demo}"})
    assert "Politechnika Warszawska {demo}" in awarded_by(body).words["en"]
    assert leading_role(body.legal_name).words["sv"].endswith(": Politechnika Warszawska {demo}")
