import re

import pytest

from app.languages import Language, de, en, missing, preferred, say
from app.settings import REPOSITORY

GAP = re.compile(r"\{([a-z_]+)\}")


@pytest.mark.parametrize("language", list(Language))
def test_no_language_lacks_a_sentence(language):
    assert missing(language) == frozenset()


def test_no_language_says_what_english_does_not():
    assert set(de.WORDS) <= set(en.WORDS)


@pytest.mark.parametrize("key", sorted(en.WORDS))
def test_a_sentence_has_the_same_gaps_in_every_language(key):
    assert set(GAP.findall(en.WORDS[key])) == set(GAP.findall(de.WORDS[key]))


def test_facts_are_put_in_as_they_are_and_never_interpreted():
    sentence = say("verification.issuer-is-member", Language.ENGLISH, member="{day} {0.__class__} %s")
    assert sentence.endswith("{day} {0.__class__} %s.")


def test_a_fact_that_is_not_there_shows_as_a_dash():
    assert say("verification.expired", Language.GERMAN).startswith("Die Gültigkeit des Nachweises endete am -.")


def test_an_unknown_key_is_our_defect():
    with pytest.raises(KeyError):
        say("verification.no-such-code", Language.GERMAN)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("fr, de;q=0.8, en;q=0.5", "de"),
        ("en, de", "en"),
        ("de;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("de;q=nonsense", "en"),
        ("de" * 1000, "en"),
    ],
)
def test_the_language_a_reader_prefers_is_found(asked, language):
    assert preferred(asked) == language


# The universities' own languages: Swedish, Norwegian, Italian, Spanish, Catalan, Polish, besides German and English.
OF_THE_ALLIANCE = ("en", "de", "sv", "nb", "it", "es", "ca", "pl")


def test_the_page_lists_which_kinds_of_sentences_each_language_of_the_alliance_lacks():
    page = (REPOSITORY / "docs" / "languages.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]{2})` \| (.*) \|$", page, re.MULTILINE)
    listed = {tag: set(re.findall(r"`([a-z]+)`", lacks)) for tag, lacks in rows}
    catalogues = {language.value: frozenset(en.WORDS) - missing(language) for language in Language}
    assert listed == {
        tag: {key.partition(".")[0] for key in en.WORDS if key not in catalogues.get(tag, ())}
        for tag in OF_THE_ALLIANCE
    }
