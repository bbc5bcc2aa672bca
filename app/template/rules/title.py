"""7.2 Title: a certificate or a badge, said as such; sub-types, labels and degrees stay out of the name.

The words are looked for in the languages of the seven countries; a title in another language is not judged.
``alternative_titles`` are never judged: existing offers keep their names (section 4).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from app.template.elements import Form, Type
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule

_OTHER: Final = {Type.CERTIFICATE: Type.BADGE, Type.BADGE: Type.CERTIFICATE}

# Words that can stand for nothing else, as patterns in lower case, found anywhere in a title so that compounds and
# inflections count. English words count in every language.
TYPE_WORDS: Final[Mapping[str, Mapping[Type, tuple[str, ...]]]] = {
    "en": {Type.CERTIFICATE: ("certificate",), Type.BADGE: ("badge(?!r)",)},
    "de": {Type.CERTIFICATE: ("zertifikat",), Type.BADGE: ("abzeichen",)},
    "sv": {Type.CERTIFICATE: ("certifikat",), Type.BADGE: ("digitalt märke",)},
    "nb": {Type.CERTIFICATE: ("sertifikat",), Type.BADGE: ("digitalt merke",)},
    "nn": {Type.CERTIFICATE: ("sertifikat",), Type.BADGE: ("digitalt merke",)},
    "no": {Type.CERTIFICATE: ("sertifikat",), Type.BADGE: ("digitalt merke",)},
    "it": {Type.CERTIFICATE: ("certificato", "certificati"), Type.BADGE: ("open badge",)},
    "es": {Type.CERTIFICATE: ("certificado",), Type.BADGE: ("insignia",)},
    "ca": {Type.CERTIFICATE: ("certificat",), Type.BADGE: ("insígnia",)},
    "pl": {Type.CERTIFICATE: ("certyfikat",), Type.BADGE: ("odznak",)},
}
# Words that name the type to a reader but have other meanings too: enough to find a type, too little to find the other.
_ALSO: Final[Mapping[str, Mapping[Type, tuple[str, ...]]]] = {
    "sv": {Type.CERTIFICATE: ("intyg",), Type.BADGE: ("märke",)},
    "nb": {Type.CERTIFICATE: ("bevis",), Type.BADGE: ("merke",)},
    "nn": {Type.CERTIFICATE: ("bevis",), Type.BADGE: ("merke",)},
    "no": {Type.CERTIFICATE: ("bevis",), Type.BADGE: ("merke",)},
    "it": {Type.BADGE: ("distintivo",)},
    "pl": {Type.CERTIFICATE: ("certyfikac",)},
}

# Sub-type names of 7.2 and Annex 2 in English, and what a translation of them would be.
SUBTYPE_PHRASES: Final = re.compile(
    r"\b(?:academic certificate|certificates? of academic achievement"
    r"|speciali[sz]ation certificate|certificates? of speciali[sz]ation|certificates? of professional achievement"
    r"|badges? of achievement|achievement badge|service[- ]based badge|service badge"
    r"|akademisches zertifikat|spezialisierungszertifikat"
    r"|akademiskt certifikat|specialiseringscertifikat"
    r"|akademisk sertifikat|spesialiseringssertifikat"
    r"|certificato accademico|certificato di specializzazione"
    r"|certificado académico|certificado de especialización"
    r"|certificat acadèmic|certificat d['\u2019]especialització"
    r"|certyfikat akademicki|certyfikat specjalizacyjny)"
)
LABEL: Final = re.compile(r"\benhance[\s-]+labels?\b")

_DEGREE_WORDS: Final = (
    r"(?:bachelor|master|máster|màster|magister|licencjat|laurea|doctor|doktor|doctorado|doctorat|dottorato"
    r"|diploma|diplom|dyplom)(?:['\u2019]?s)?"
)
DEGREE_FIRST: Final = re.compile(rf"(?:enhance[\s:-]+)?{_DEGREE_WORDS}(?=[\s:,.]|$)")
DEGREE_ANYWHERE: Final = re.compile(rf"\b{_DEGREE_WORDS}\b")

_GROUPS: Final = frozenset({Form.GROUP_OF_COURSES, Form.SHORT_LEARNING_PROGRAMME})


def _titles(case: Case) -> Iterator[tuple[str, str]]:
    """Yield each language of the title with the title in lower case."""
    for language, title in case.offering.title.items():
        yield language, title.casefold()


@cache
def _pattern(language: str, kind: Type, *, leniently: bool) -> re.Pattern[str]:
    words = TYPE_WORDS["en"][kind] + TYPE_WORDS.get(language, {}).get(kind, ())
    if leniently:
        words += _ALSO.get(language, {}).get(kind, ())
    return re.compile("|".join(words))


def _names(title: str, language: str, kind: Type, *, leniently: bool = False) -> bool:
    primary = language.partition("-")[0]
    # Languages come from the sender: only those known here get a pattern of their own.
    known = primary if primary in TYPE_WORDS else "en"
    return _pattern(known, kind, leniently=leniently).search(title) is not None


def _names_other_only(case: Case, title: str, language: str) -> bool:
    own = case.offering.type
    return _names(title, language, _OTHER[own]) and not _names(title, language, own, leniently=True)


@rule("title-names-other-type", REQUIRED, "7.2", "A badge is not called a certificate, a certificate not a badge.")
def title_names_other_type(case: Case) -> Sightings:
    """Find the other type's word without one's own."""
    own = case.offering.type
    for language, title in _titles(case):
        if _names_other_only(case, title, language):
            yield case.in_offering("title", language), f"A {own} is not called a {_OTHER[own]}."


@rule(
    "title-names-subtype",
    REQUIRED,
    "7.2",
    "Sub-types are for information and not components of names.",
    cites=("5", "7.2", "footnote 30"),
)
def title_names_subtype(case: Case) -> Sightings:
    """Find a sub-type's name as a phrase."""
    for language, title in _titles(case):
        if SUBTYPE_PHRASES.search(title):
            yield case.in_offering("title", language), "Sub-types are for information, not part of names."


@rule(
    "title-says-label",
    REQUIRED,
    "7.2",
    'The alliance decided not to use the term "label".',
    cites=("7.2", "footnotes 18 and 20"),
)
def title_says_label(case: Case) -> Sightings:
    """Find "ENHANCE Label"; labels of other kinds are subjects like any other."""
    for language, title in _titles(case):
        if LABEL.search(title):
            yield (
                case.in_offering("title", language),
                'The Alliance decided not to use "label"; say certificate or badge.',
            )


@rule(
    "title-without-type",
    ADVICE,
    "7.2",
    "The title says that it is a certificate or a badge; existing offers may keep their names.",
    cites=("4", "7.2"),
)
def title_without_type(case: Case) -> Sightings:
    """Find a title without its type's word, in the languages known here."""
    own = case.offering.type
    for language, title in _titles(case):
        known = language.partition("-")[0] in TYPE_WORDS
        if known and not _names(title, language, own, leniently=True) and not _names_other_only(case, title, language):
            yield case.in_offering("title", language), f"The basic name is a {own}, as in “ENHANCE {own.title()} in …”."


@rule(
    "title-reads-as-degree",
    REQUIRED,
    "7.2",
    "The title does not begin with Bachelor, Master, Doctor or Diploma.",
    cites=("7.15", "footnote 27"),
)
def title_begins_as_degree(case: Case) -> Sightings:
    """Find a title that begins like that of a degree."""
    for language, title in _titles(case):
        if DEGREE_FIRST.match(title):
            yield case.in_offering("title", language), "The document must differ from a diploma, and so does its title."


@rule(
    "title-reads-as-degree",
    ADVICE,
    "7.2",
    "A degree word elsewhere can mislead, even in the names that Annex 2 itself gives as examples.",
    cites=("7.15", "footnote 27", "Annex 2"),
)
def title_holds_degree_word(case: Case) -> Sightings:
    """Find Micro-Bachelor, Micro-Master and the like."""
    for language, title in _titles(case):
        if DEGREE_ANYWHERE.search(title) and not DEGREE_FIRST.match(title):
            yield case.in_offering("title", language), "A degree word in the title can be misread."


@rule("micro-degree-not-larger", REQUIRED, "7.2", "A badge is not a micro-degree.", cites=("footnote 32",))
def micro_degree_badge(case: Case) -> Sightings:
    """Find a badge that is called a micro-degree."""
    if case.offering.micro_degree and case.offering.type is Type.BADGE:
        yield case.in_offering("micro_degree"), "Larger certificates can be called micro-degrees; a badge is none."


@rule(
    "micro-degree-not-larger",
    ADVICE,
    "7.2",
    "A micro-degree corresponds to a group of courses.",
    cites=("footnote 32",),
)
def micro_degree_of_one_unit(case: Case) -> Sightings:
    """Find a micro-degree of one unit."""
    offering = case.offering
    group = len(case.units) > 1 or not _GROUPS.isdisjoint(offering.participation.organisation)
    if offering.micro_degree and offering.type is Type.CERTIFICATE and not group:
        yield (
            case.in_offering("micro_degree"),
            "Larger certificates, corresponding to a group of courses, can be called micro-degrees.",
        )
