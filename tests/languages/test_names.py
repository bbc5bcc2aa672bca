"""Names of countries and languages for people."""

import json

import pytest

from app.elm.vocabularies import CODES, labels
from app.languages import names
from app.languages.names import name_of
from app.template.declarations import LANGUAGES

NO_COUNTRIES = {"EUR", "OP_DATPRO"}


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_each_country_and_each_language_has_a_name_in_every_language_of_the_alliance(language):
    assert {code for code in CODES["country"] if name_of("country", code, language) is None} == NO_COUNTRIES
    assert {code for code in CODES["language"] if name_of("language", code, language) is None} == set()


def test_no_code_has_a_name_that_the_european_lists_do_not_have():
    held = json.loads(names._FILE.read_bytes())
    assert set(held["country"]) <= set(CODES["country"])
    assert set(held["language"]) <= set(CODES["language"])


@pytest.mark.parametrize(
    ("kind", "code", "language", "name"),
    [
        ("country", "IRL", "de", "Irland"),
        ("country", "DEU", "pl", "Niemcy"),
        ("country", "TUR", "de", "Türkei"),
        ("country", "1A0", "es", "Kosovo"),
        ("language", "pl", "de", "Polnisch"),
        ("language", "ca", "ca", "català"),
        ("country", "IRL", "en", None),
        ("country", "ZZZ", "de", None),
    ],
)
def test_a_name_is_the_one_of_that_code(kind, code, language, name):
    assert name_of(kind, code, language) == name


def test_what_is_signed_keeps_the_labels_of_the_european_lists():
    assert labels("country", "de")["IRL"] == "Ireland"
