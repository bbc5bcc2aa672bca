"""What every document says without being asked, in each language that has a label (template-elements.md section 7).

The words are signed into credentials: a change here is a new mapping version.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.elm.own_schemes import LABEL_LANGUAGES
from app.elm.vocabularies import own
from app.template.alliance import ALLIANCE_NAME
from app.template.elements import Offering

LANGUAGES: Final = frozenset({*LABEL_LANGUAGES, "ca"})
"""Languages in which some label exists; Catalan only for names of universities."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Fixed words by language."""

    words: Mapping[str, str]

    def label(self, languages: Collection[str]) -> dict[str, str]:
        """The words in those of ``languages`` that have them, and always in English."""
        return {tag: text for tag, text in self.words.items() if tag == "en" or tag in languages}


KIND: Final = Declaration(
    {
        "en": "Micro-credential",
        "de": "Micro-Credential",
        "es": "Microcredencial",
        "it": "Microcredenziale",
        "nb": "Mikrokvalifikasjon",
        "pl": "Mikropoświadczenie",
        "sv": "Mikromerit",
    }
)
"""What the document is (footnote 27: clearly identified as such)."""

NOT_A_DEGREE: Final = Declaration(
    {
        "en": "Not a degree. A collection of micro-credentials is no substitute for a degree.",
        "de": "Kein akademischer Grad. Eine Sammlung von Micro-Credentials ersetzt keinen akademischen Grad.",
        "es": "No es un título universitario. Un conjunto de microcredenciales no sustituye a un título.",
        "it": "Non è un titolo di studio. Una raccolta di microcredenziali non sostituisce un titolo di studio.",
        "nb": "Ikke en grad. En samling av mikrokvalifikasjoner erstatter ikke en grad.",
        "pl": "Nie jest dyplomem ukończenia studiów. Zbiór mikropoświadczeń nie zastępuje dyplomu ukończenia studiów.",
        "sv": "Inte en examen. En samling mikromeriter ersätter inte en examen.",
    }
)
"""7.15: "a collection of micro-credentials is not a substitute for a bachelor or master degree"."""

AUTOMATIC_RECOGNITION: Final = Declaration(
    {
        "en": "ENHANCE micro-credentials are recognised automatically among the ENHANCE universities. "
        "This is not a promise of credits towards a degree.",
        "de": "ENHANCE-Micro-Credentials werden unter den ENHANCE-Universitäten automatisch anerkannt. "
        "Dies ist keine Zusage einer Anrechnung auf einen Studiengang.",
        "es": "Las microcredenciales ENHANCE se reconocen automáticamente entre las universidades ENHANCE. "
        "Esto no es una promesa de créditos para un título.",
        "it": "Le microcredenziali ENHANCE sono riconosciute automaticamente tra le università ENHANCE. "
        "Ciò non è una promessa di crediti per un titolo di studio.",
        "nb": "ENHANCE-mikrokvalifikasjoner godkjennes automatisk mellom ENHANCE-universitetene. "
        "Dette er ikke et løfte om studiepoeng i en grad.",
        "pl": "Mikropoświadczenia ENHANCE są automatycznie uznawane przez uczelnie ENHANCE. "
        "Nie jest to obietnica zaliczenia punktów na poczet studiów.",
        "sv": "ENHANCE-mikromeriter erkänns automatiskt mellan ENHANCE-lärosätena. "
        "Detta är inget löfte om poäng i en examen.",
    }
)
"""Section 5: "automatically recognised among the ENHANCE universities"."""

_ON_BEHALF: Final = Declaration(
    {
        "en": "Awarded by {name} on behalf of the {alliance}.",
        "de": "Verliehen von {name} im Namen der {alliance}.",
        "es": "Otorgada por {name} en nombre de {alliance}.",
        "it": "Rilasciata da {name} per conto di {alliance}.",
        "nb": "Tildelt av {name} på vegne av {alliance}.",
        "pl": "Nadane przez: {name}, w imieniu {alliance}.",
        "sv": "Utfärdad av {name} på uppdrag av {alliance}.",
    }
)

_LEADING_ROLE: Final = Declaration(
    {
        "en": "University with the leading role in the development: {name}",
        "de": "Universität mit der führenden Rolle bei der Entwicklung: {name}",
        "es": "Universidad con el papel principal en el desarrollo: {name}",
        "it": "Università con il ruolo guida nello sviluppo: {name}",
        "nb": "Universitet med ledende rolle i utviklingen: {name}",
        "pl": "Uczelnia o wiodącej roli w opracowaniu: {name}",
        "sv": "Lärosäte med den ledande rollen i utvecklingen: {name}",
    }
)

_SUMMARY_LEVEL: Final = Declaration(
    {
        "en": "EQF level {level}",
        "de": "EQR-Niveau {level}",
        "es": "nivel {level} del EQF",
        "it": "livello EQF {level}",
        "nb": "EQF-nivå {level}",
        "pl": "poziom {level} ERK",
        "sv": "EQF-nivå {level}",
    }
)


def _named(
    declaration: Declaration, names: Mapping[str, str], languages: Collection[str], **more: str
) -> dict[str, str]:
    usual = names.get("en") or names[min(names)]
    return {
        tag: sentence.format(name=names.get(tag, usual), **more)
        for tag, sentence in declaration.label(languages).items()
    }


def on_behalf(legal_name: Mapping[str, str], languages: Collection[str]) -> dict[str, str]:
    """7.4: "awarded by individual universities … on behalf of the Alliance"."""
    return _named(_ON_BEHALF, legal_name, languages, alliance=ALLIANCE_NAME)


def leading_role(legal_name: Mapping[str, str], languages: Collection[str]) -> dict[str, str]:
    """7.4 (b): which university had the leading role in the development."""
    return _named(_LEADING_ROLE, legal_name, languages)


def summary(offering: Offering, languages: Collection[str]) -> dict[str, str]:
    """One line for lists in wallets: "Micro-credential (certificate), 5 ECTS, EQF level 7"."""
    kind = own("typology", offering.type).label(languages)
    levels = _SUMMARY_LEVEL.label(languages)
    ects = offering.workload.ects
    found = {}
    for tag, name in KIND.label(languages).items():
        parts = [f"{name} ({kind[tag].lower() if tag != 'de' else kind[tag]})"]
        if ects is not None:
            text = f"{ects:f}"
            parts.append((text.rstrip("0").rstrip(".") if "." in text else text) + " ECTS")
        if offering.level.eqf is not None:
            parts.append(levels[tag].format(level=offering.level.eqf))
        found[tag] = ", ".join(parts)
    return found
