"""What every rendering of a micro-credential says without being asked: page image, page, print and document alike.

The words are fixed here so that no door and no mapping has its own. Each is a language map; where a language has no
settled word the English one stands in (:func:`in_language`). What the *test* issuer signs never claims the Alliance.

These words are signed: a change here is another tree of the same statement, and so a new ``MAPPING_VERSION`` of
:mod:`app.elm.mapping`. Credentials that stand keep the words they were signed with.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.template.alliance import AwardingBody
from app.template.citations import cite
from app.template.elements import TEMPLATE_EDITION

LANGUAGES: Final = ("en", "de", "sv", "nb", "it", "es", "ca", "pl")
"""English and the official languages in which the seven universities work."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A fixed statement: ``key`` is stable and names it as a template element, ``words`` is a language map."""

    key: str
    words: Mapping[str, str]
    citation: str

    def in_languages(self, languages: Collection[str]) -> dict[str, str]:
        """Return the words in those of ``languages`` that have them, and always in English."""
        return {language: words for language, words in self.words.items() if language == "en" or language in languages}


KIND: Final = Declaration(
    "kind",
    {
        "en": "Micro-credential",
        "de": "Micro-Credential",
        "sv": "Mikromerit",
        "nb": "Mikrokvalifikasjon",
        "it": "Microcredenziale",
        "es": "Microcredencial",
        "ca": "Microcredencial",
        "pl": "Mikropoświadczenie",
    },
    cite("footnote 27"),
)
"""A document acknowledging a micro-credential is "clearly identified as such"."""

_ON_BEHALF: Final = {
    "en": "Awarded by {body} on behalf of the ENHANCE Alliance",
    "de": "Verliehen von: {body}, im Namen der ENHANCE-Allianz",
    "sv": "Utfärdat av {body} på ENHANCE-alliansens vägnar",
    "nb": "Tildelt av {body} på vegne av ENHANCE-alliansen",
    "it": "Conferita da: {body}, per conto dell'Alleanza ENHANCE",
    "es": "Otorgada por: {body}, en nombre de la Alianza ENHANCE",
    "ca": "Atorgada per: {body}, en nom de l'Aliança ENHANCE",
    "pl": "Instytucja przyznająca: {body}, w imieniu Sojuszu ENHANCE",
}

_LEADING_ROLE: Final = {
    "en": "University with the leading role in the development: {body}",
    "de": "Universität mit der führenden Rolle bei der Entwicklung: {body}",
    "sv": "Lärosäte med den ledande rollen i utvecklingen: {body}",
    "nb": "Universitet med ledende rolle i utviklingen: {body}",
    "it": "Università con il ruolo guida nello sviluppo: {body}",
    "es": "Universidad con el papel principal en el desarrollo: {body}",
    "ca": "Universitat amb el paper principal en el desenvolupament: {body}",
    "pl": "Uczelnia o wiodącej roli w opracowaniu: {body}",
}

_EQF_LEVEL: Final = {
    "en": "EQF level {level}",
    "de": "EQR-Niveau {level}",
    "sv": "EQF-nivå {level}",
    "nb": "EQF-nivå {level}",
    "it": "livello EQF {level}",
    "es": "nivel {level} del EQF",
    "ca": "nivell {level} de l'EQF",
    "pl": "poziom {level} ERK",
}

AUTOMATIC_RECOGNITION: Final = Declaration(
    "automatic-recognition",
    {
        "en": "Recognised automatically among the ENHANCE universities. This is no promise of credits towards a"
        " degree.",
        "de": "Unter den ENHANCE-Universitäten automatisch anerkannt. Damit sind keine Leistungspunkte für einen"
        " Studienabschluss zugesagt.",
        "sv": "Erkänns automatiskt bland ENHANCE-universiteten. Detta är inget löfte om poäng i en examen.",
        "nb": "Anerkjennes automatisk blant ENHANCE-universitetene. Dette er ikke et løfte om studiepoeng i en grad.",
        "it": "Riconosciuta automaticamente tra le università ENHANCE. Ciò non promette crediti per un titolo"
        " accademico.",
        "es": "Reconocida automáticamente entre las universidades ENHANCE. Esto no promete créditos para un título"
        " universitario.",
        "ca": "Reconeguda automàticament entre les universitats ENHANCE. Això no promet crèdits per a un títol"
        " universitari.",
        "pl": "Automatycznie uznawane wśród uczelni ENHANCE. Nie jest to obietnica zaliczenia punktów na poczet"
        " studiów.",
    },
    cite("5"),
)
"""What the Alliance promises of its micro-credentials, and what it does not."""

NOT_A_DEGREE: Final = Declaration(
    "not-a-degree",
    {
        "en": "Not a degree, and no collection of micro-credentials replaces one.",
        "de": "Kein Hochschulabschluss; auch eine Sammlung von Micro-Credentials ersetzt keinen.",
        "sv": "Ingen examen, och ingen samling av mikromeriter ersätter en examen.",
        "nb": "Ikke en grad, og ingen samling av mikrokvalifikasjoner erstatter en grad.",
        "it": "Non è un titolo accademico, e nessun insieme di microcredenziali ne sostituisce uno.",
        "es": "No es un título universitario oficial, y ningún conjunto de microcredenciales lo sustituye.",
        "ca": "No és un títol universitari oficial, i cap conjunt de microcredencials no el substitueix.",
        "pl": "Nie jest dyplomem ukończenia studiów i żaden zbiór mikropoświadczeń go nie zastępuje.",
    },
    cite("7.15", "footnote 27"),
)
"""A collection of micro-credentials "is not a substitute for a bachelor or master degree"."""

EDITION: Final = Declaration(
    "template-edition",
    {
        "en": f"Described by the ENHANCE micro-credentials template, edition {TEMPLATE_EDITION}.",
        "de": f"Beschrieben nach der ENHANCE-Vorlage für Micro-Credentials, Ausgabe {TEMPLATE_EDITION}.",
        "sv": f"Beskrivs enligt ENHANCE-mallen för mikromeriter, utgåva {TEMPLATE_EDITION}.",
        "nb": f"Beskrevet etter ENHANCE-malen for mikrokvalifikasjoner, utgave {TEMPLATE_EDITION}.",
        "it": f"Descritta secondo il modello ENHANCE per le microcredenziali, edizione {TEMPLATE_EDITION}.",
        "es": f"Descrita según la plantilla ENHANCE de microcredenciales, edición {TEMPLATE_EDITION}.",
        "ca": f"Descrita segons la plantilla ENHANCE de microcredencials, edició {TEMPLATE_EDITION}.",
        "pl": f"Opisane według szablonu mikropoświadczeń ENHANCE, wydanie {TEMPLATE_EDITION}.",
    },
    cite("9"),
)
"""Which edition's rules applied: section 9 announces changes."""

TEST_ISSUER: Final = Declaration(
    "test-issuer",
    {
        "en": "For testing only. The issuer is not a university of the ENHANCE Alliance.",
        "de": "Nur zu Testzwecken. Der Aussteller ist keine Universität der ENHANCE-Allianz.",
        "sv": "Endast för test. Utfärdaren är inget universitet i ENHANCE-alliansen.",
        "nb": "Bare for testing. Utstederen er ikke et universitet i ENHANCE-alliansen.",
        "it": "Solo a scopo di prova. L'emittente non è un'università dell'Alleanza ENHANCE.",
        "es": "Solo para pruebas. El emisor no es una universidad de la Alianza ENHANCE.",
        "ca": "Només per a proves. L'emissor no és una universitat de l'Aliança ENHANCE.",
        "pl": "Wyłącznie do testów. Wystawca nie jest uczelnią Sojuszu ENHANCE.",
    },
    cite("footnote 13"),
)
"""What stands in the place of Alliance and recognition when the test issuer signs."""

NO_GRADE: Final = Declaration(
    "no-grade",
    {
        "en": "Requirements met; no grade is given",
        "de": "Anforderungen erfüllt; es wird keine Note vergeben",
        "sv": "Kraven är uppfyllda; inget betyg ges",
        "nb": "Kravene er oppfylt; det gis ingen karakter",
        "it": "Requisiti soddisfatti; non è attribuito alcun voto",
        "es": "Requisitos cumplidos; no se otorga calificación",
        "ca": "Requisits complerts; no s'atorga cap qualificació",
        "pl": "Wymagania spełnione; oceny nie wystawia się",
    },
    cite("7.14"),
)
"""What stands where European models demand a grade and none is given; never an invented "Pass"."""


def _naming(sentences: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    usual = names.get("en") or names[min(names)]
    return {language: words.format(body=names.get(language, usual)) for language, words in sentences.items()}


def awarded_by(body: AwardingBody) -> Declaration:
    """Return who awards, on behalf of whom (7.4); of a body that is no member only that it tests."""
    if not body.is_member:
        return TEST_ISSUER
    return Declaration("on-behalf", _naming(_ON_BEHALF, body.legal_name), cite("7.4"))


def leading_role(legal_name: Mapping[str, str]) -> Declaration:
    """Return which university had the leading role in the development (7.4, rule (b))."""
    return Declaration("leading-role", _naming(_LEADING_ROLE, legal_name), cite("7.4"))


def eqf_level(level: int) -> Declaration:
    """Return how a level of the European Qualifications Framework is named in one line (7.7)."""
    words = {language: words.format(level=level) for language, words in _EQF_LEVEL.items()}
    return Declaration("eqf-level", words, cite("7.7"))


def declarations(body: AwardingBody) -> tuple[Declaration, ...]:
    """Return everything that a micro-credential of ``body`` says without being asked, in the order of reading."""
    if not body.is_member:
        return (KIND, TEST_ISSUER, NOT_A_DEGREE, EDITION)
    return (KIND, awarded_by(body), AUTOMATIC_RECOGNITION, NOT_A_DEGREE, EDITION)


def in_language(words: Mapping[str, str], language: str) -> str:
    """Return ``words`` in ``language``, in its primary language, or in English."""
    return words.get(language) or words.get(language.partition("-")[0]) or words["en"]
