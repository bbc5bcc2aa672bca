import re

import pytest

from app.languages import Language, de, en, missing, preferred, say

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
