"""Names and texts of seven countries and of the world pass unharmed from the request to the verified credential."""

import json
import unicodedata

import pytest

from tests.builders import ABSENT, a_request, altered

NAMES = [
    ("Zoë-Ánne", "Øst"),
    ("Ada", "O'Brien"),
    ("محمد", "الأحمد"),
    ("小明", "王"),
    ("Łucja Żółć", "Gąsienica-Ścibor"),
    ("Þórður", "Ævarsson"),
    ("Иван", "Ёлкин"),
    ("ஆதி", "நிலா"),
    ("می‌خواهم", "علی"),
    ("D’Arcy", "d'Été–Müßig"),  # noqa: RUF001 - typographic on purpose
    ('"quoted"', "back\\slash </script> &amp;"),
    ("𠮷𠮷", "𝒜"),  # noqa: RUF001 - beyond the basic plane
]
# Official languages of the seven countries: Swedish and Finnish and the minority languages of Sweden are left to their
# own; Bokmål, Nynorsk and Northern Sámi, Italian, German, Spanish, Catalan, Galician and Basque, Polish.
TEXTS = {
    "sv": "Hållbara städer: åtgärder, ö och Älv",
    "nb": "Bærekraftige byer på Østlandet, så å si",
    "nn": "Berekraftige byar i Noreg, ikkje sant",
    "se": "Ceavzilis gávpogat: čáhci, đ, ŋ, š, ŧ, ž",
    "it": "Città sostenibili: perché, più, è così",
    "de": "Nachhaltige Städte: Größe, Maß und Übermut",
    "es": "Ciudades sostenibles: ¿cómo? ¡mañana!",
    "ca": "Ciutats sostenibles: col·laboració, ç",
    "gl": "Cidades sostibles: auga e mañá",
    "eu": "Hiri jasangarriak: ñ eta ü",
    "pl": "Zrównoważone miasta: zażółć gęślą jaźń",
    "en": "Sustainable cities",
}


def texts_in(value, found):
    """Collect every string of a document."""
    if isinstance(value, dict):
        for item in value.values():
            texts_in(item, found)
    elif isinstance(value, list):
        for item in value:
            texts_in(item, found)
    elif isinstance(value, str):
        found.add(value)
    return found


def language_maps_in(value):
    if isinstance(value, dict):
        if "en" in value:
            yield value
        for item in value.values():
            yield from language_maps_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from language_maps_in(item)


async def issued(deployment, request):
    body = json.dumps(request, ensure_ascii=False).encode()
    answer = await deployment.system().post("/api/v1/credentials", content=body)
    assert answer.status_code == 201, answer.text
    credential = await deployment.fetch(answer.json())
    assert (await deployment.verify(credential.content))["verdict"] == "valid"
    return credential


@pytest.mark.parametrize(("given", "family"), NAMES)
async def test_a_name_arrives_as_it_was_sent(deployment, given, family):
    assert unicodedata.is_normalized("NFC", given + family)
    request = a_request("academic", {"learner.given_names": given, "learner.family_names": family})
    credential = await issued(deployment, request)
    assert {given, family, f"{given} {family}"} <= texts_in(credential.document["credentialSubject"], set())
    assert json.dumps(given, ensure_ascii=False).encode() in credential.content


@pytest.mark.parametrize("only", ["given_names", "family_names"])
async def test_whoever_has_one_name_has_one_name(deployment, only):
    other = {"given_names": "family_names", "family_names": "given_names"}[only]
    request = a_request("academic", {f"learner.{only}": "Sukarno", f"learner.{other}": ABSENT})
    refused = await deployment.system().post("/api/v1/credentials", json=request)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/learner/{other}")
    credential = await issued(deployment, altered(request, {"learner.single_name": True}))
    subject = credential.document["credentialSubject"]
    member = {"given_names": "givenName", "family_names": "familyName"}
    assert member[only] in subject
    assert member[other] not in subject


async def test_decomposed_letters_are_composed_and_nothing_else_is_touched(deployment):
    sent = unicodedata.normalize("NFD", "Zoë-Ánne  Ångström")
    credential = await issued(deployment, a_request("academic", {"learner.given_names": f" {sent} "}))
    assert "Zoë-Ánne  Ångström" in texts_in(credential.document, set())


async def test_every_official_language_arrives_as_it_was_sent(deployment):
    request = altered(
        a_request("academic"),
        {
            "offering.title": TEXTS,
            "offering.learning_outcomes.0.text": {tag: f"1. {text}" for tag, text in TEXTS.items()},
            "offering.further_information.profile": {tag: f"2. {text}\nzweite Zeile" for tag, text in TEXTS.items()},
            "learner.name_in_other_script": {"ar": "محمد", "zh-Hans": "王小明", "sr-Latn": "Đorđe"},
        },
    )
    credential = await issued(deployment, request)
    maps = list(language_maps_in(credential.document))
    for wanted in (
        TEXTS,
        {tag: f"1. {text}" for tag, text in TEXTS.items()},
        {tag: f"2. {text}\nzweite Zeile" for tag, text in TEXTS.items()},
    ):
        assert any(found == wanted or {t: [w] for t, w in wanted.items()} == found for found in maps), wanted["en"]
    assert {"محمد", "王小明", "Đorđe"} <= texts_in(credential.document, set())


async def test_a_page_in_the_learners_own_script_is_readable(deployment):
    record = await deployment.issue(
        a_request("academic", {"learner.given_names": "محمد", "learner.family_names": "王"})
    )
    page = await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
    assert "محمد 王" in page.content.decode("utf-8")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
