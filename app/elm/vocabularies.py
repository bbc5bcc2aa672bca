"""One registry of every concept that a credential names: the European lists and the schemes of the alliance.

One concept id, one label per language: two labels for one id in one language break ``sh:uniqueLang`` and mislead a
reader, so every label that this service writes comes from here (template-elements.md section 5).

The European lists are the files ``contexts/vocabularies/*.json``, pinned and described in ``contexts/manifest.json``;
ours are the table in :mod:`app.elm.own_schemes`, served under :data:`VOCABULARY_BASE`.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from app.elm.own_schemes import LABEL_LANGUAGES, OWN_SCHEMES, OwnConcept, OwnScheme
from app.errors import Family, ServiceError
from app.jsonld.contexts import VOCABULARY_BASE
from app.template.alliance import MEMBERS, TEST_SLUG

ESCO_SKILLS: Final = "http://data.europa.eu/esco/concept-scheme/skills"
"""The scheme IRI that EDC-generic-full demands of ``relatedESCOSkill``. The list itself is not held here."""

_FOLDER: Final = Path(__file__).resolve().parents[2] / "contexts" / "vocabularies"


class UnknownCode(ServiceError):
    """A code that its list does not have."""

    code: ClassVar[str] = "code-unknown"
    title: ClassVar[str] = "A code is not a member of its list"
    family: ClassVar[Family] = Family.RULE_BROKEN


class NoSuchScheme(ServiceError):
    """The alliance has no concept scheme of this name."""

    code: ClassVar[str] = "concept-scheme-unknown"
    title: ClassVar[str] = "There is no such concept scheme"
    family: ClassVar[Family] = Family.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Concept:
    """A member of a concept scheme."""

    iri: str
    code: str
    scheme: str
    """IRI of the scheme."""
    labels: Mapping[str, str]
    definition: str | None = None
    broader: str | None = None
    """IRI of the broader concept in the same scheme."""
    broad_match: str | None = None
    exact_match: str | None = None

    def label(self, languages: Collection[str]) -> dict[str, str]:
        """Labels in those of ``languages`` that have one, and always the English label."""
        return {tag: text for tag, text in self.labels.items() if tag == "en" or tag in languages}


@dataclass(frozen=True, slots=True)
class ConceptScheme:
    """A list of concepts. ``complete``: a code that is missing here does not exist."""

    iri: str
    name: str
    label: str
    complete: bool
    own: bool
    members: Mapping[str, Concept]
    description: str | None = None
    iso_639_1: Mapping[str, str] | None = None
    """Of the language list only: two-letter code to the list's own code."""


def _european(path: Path) -> ConceptScheme:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    scheme: str = content["scheme"]
    members = {
        code: Concept(iri, code, scheme, MappingProxyType({"en": label}))
        for code, (iri, label) in content["members"].items()
    }
    two_letters = content.get("iso_639_1")
    return ConceptScheme(
        scheme,
        path.stem,
        content["label"],
        complete=content["complete"],
        own=False,
        members=MappingProxyType(members),
        iso_639_1=MappingProxyType(two_letters) if two_letters else None,
    )


def own_scheme_iri(name: str) -> str:
    """IRI of version 1 of a scheme of ours."""
    return f"{VOCABULARY_BASE}/{name}/v1"


def _own_concept(scheme: str, concept: OwnConcept) -> Concept:
    return Concept(
        f"{scheme}#{concept.code}",
        concept.code,
        scheme,
        MappingProxyType(dict(zip(LABEL_LANGUAGES, concept.labels, strict=True))),
        concept.definition,
        f"{scheme}#{concept.broader}" if concept.broader else None,
        concept.broad_match,
        concept.exact_match,
    )


def _own(scheme: OwnScheme) -> ConceptScheme:
    iri = own_scheme_iri(scheme.name)
    members = {concept.code: _own_concept(iri, concept) for concept in scheme.concepts}
    return ConceptScheme(
        iri,
        scheme.name,
        scheme.title,
        complete=True,
        own=True,
        members=MappingProxyType(members),
        description=scheme.description,
    )


def _universities() -> ConceptScheme:
    iri = own_scheme_iri("member")
    members = {
        slug: Concept(
            f"{iri}#{slug}",
            slug,
            iri,
            MappingProxyType(dict(sorted(member.legal_name.items()))),
            f"{member.legal_name['en']}, member of the ENHANCE Alliance.",
        )
        for slug, member in MEMBERS.items()
    }
    members[TEST_SLUG] = Concept(
        f"{iri}#{TEST_SLUG}",
        TEST_SLUG,
        iri,
        MappingProxyType({"en": "Test issuer"}),
        "The sandbox issuer of a deployment. It is not a member of the alliance.",
    )
    return ConceptScheme(
        iri,
        "member",
        "Universities of the ENHANCE Alliance",
        complete=True,
        own=True,
        members=MappingProxyType(members),
        description="The universities that award ENHANCE micro-credentials (template, edition 2021-06, 7.4).",
    )


EUROPEAN_LISTS: Final[Mapping[str, ConceptScheme]] = MappingProxyType(
    {path.stem: _european(path) for path in sorted(_FOLDER.glob("*.json"))}
)
"""The lists of the European Union, by the name of their file."""

OWN_LISTS: Final[Mapping[str, ConceptScheme]] = MappingProxyType(
    {**{name: _own(scheme) for name, scheme in OWN_SCHEMES.items()}, "member": _universities()}
)
"""The schemes of the alliance, by name."""

_BY_IRI: Final[Mapping[str, ConceptScheme]] = MappingProxyType(
    {scheme.iri: scheme for scheme in (*EUROPEAN_LISTS.values(), *OWN_LISTS.values())}
)
_BY_ID: Final[Mapping[str, Concept]] = MappingProxyType(
    {concept.iri: concept for scheme in _BY_IRI.values() for concept in scheme.members.values()}
)


def scheme_by_iri(iri: str) -> ConceptScheme | None:
    """The scheme with this IRI, or None when this service does not hold it."""
    return _BY_IRI.get(iri)


def concept_by_id(iri: str) -> Concept | None:
    """The concept with this id, or None when this service does not hold it."""
    return _BY_ID.get(iri)


def european(list_name: str, code: str) -> Concept:
    """The member ``code`` of a list of the European Union.

    Raises:
        UnknownCode: when the list has no such member.
    """
    return _member(EUROPEAN_LISTS[list_name], code)


def own(scheme_name: str, code: str) -> Concept:
    """The member ``code`` of a scheme of the alliance.

    Raises:
        UnknownCode: when the scheme has no such member.
    """
    return _member(OWN_LISTS[scheme_name], code)


def _member(scheme: ConceptScheme, code: str) -> Concept:
    try:
        return scheme.members[code]
    except KeyError:
        raise UnknownCode(f"The list {scheme.name} has no such code.") from None


def _languages() -> dict[str, Concept]:
    held = EUROPEAN_LISTS["language"]
    return {two_letters: held.members[code] for two_letters, code in (held.iso_639_1 or {}).items()}


_LANGUAGES: Final = _languages()
_TWO_LETTERS: Final = {concept.iri: code for code, concept in _LANGUAGES.items()}


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list whose codes a request may name. Its members' ``code`` is what a request sends."""

    name: str
    scheme: str
    """IRI of the (European) concept scheme; the members of ``target-group`` come from two."""
    label: str
    complete: bool
    members: tuple[Concept, ...]


def _code_list(name: str) -> CodeList:
    held = [lists[name] for lists in (EUROPEAN_LISTS, OWN_LISTS) if name in lists]
    members = [concept for scheme in held for concept in scheme.members.values()]
    if name == "language":
        members = [replace(concept, code=code) for code, concept in _LANGUAGES.items()]
    return CodeList(name, held[0].iri, held[0].label, held[0].complete, tuple(members))


CODE_LISTS: Final[Mapping[str, CodeList]] = MappingProxyType(
    {name: _code_list(name) for name in sorted({*EUROPEAN_LISTS, *OWN_LISTS})}
)
"""Every list by name. ``language`` takes two-letter codes (ISO 639-1); ``target-group`` European members and ours."""

_CODES: Final[Mapping[str, Mapping[str, Concept]]] = MappingProxyType(
    {name: MappingProxyType({member.code: member for member in held.members}) for name, held in CODE_LISTS.items()}
)

CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        name: MappingProxyType({code: concept.labels["en"] for code, concept in members.items()})
        for name, members in _CODES.items()
    }
)
"""Code to English label, by list: what the rules of the template ask."""


def code_list(name: str) -> CodeList:
    """The list with this name.

    Raises:
        UnknownCode: when there is no such list.
    """
    try:
        return CODE_LISTS[name]
    except KeyError:
        raise UnknownCode("There is no such list.") from None


def codes(list_name: str) -> Mapping[str, Concept]:
    """Code to concept: what may be sent where a request asks for a code of this list.

    Raises:
        UnknownCode: when there is no such list.
    """
    return _CODES[code_list(list_name).name]


@cache
def labels(list_name: str, language: str) -> Mapping[str, str]:
    """Code to label in ``language``, in English where there is none.

    Raises:
        UnknownCode: when there is no such list.
    """
    members = codes(list_name)
    return MappingProxyType(
        {code: concept.labels.get(language, concept.labels["en"]) for code, concept in members.items()}
    )


def language_of_tag(tag: str) -> Concept | None:
    """The European concept of a language tag by its primary subtag, or None for a language that the list lacks."""
    return _LANGUAGES.get(tag.split("-", 1)[0])


def language_code(concept_id: str) -> str | None:
    """The two-letter code of a concept of the language list."""
    return _TWO_LETTERS.get(concept_id)


_SKOS_CONTEXT: Final = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "id": "@id",
    "type": "@type",
    "title": {"@id": "dcterms:title", "@language": "en"},
    "description": {"@id": "dcterms:description", "@language": "en"},
    "license": {"@id": "dcterms:license", "@type": "@id"},
    "ConceptScheme": "skos:ConceptScheme",
    "Concept": "skos:Concept",
    "hasTopConcept": {"@id": "skos:hasTopConcept", "@type": "@id"},
    "concepts": {"@reverse": "skos:inScheme"},
    "notation": "skos:notation",
    "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
    "definition": {"@id": "skos:definition", "@language": "en"},
    "broader": {"@id": "skos:broader", "@type": "@id"},
    "broadMatch": {"@id": "skos:broadMatch", "@type": "@id"},
    "exactMatch": {"@id": "skos:exactMatch", "@type": "@id"},
}
"""Inline, so that whoever reads a scheme needs nothing else."""


@cache
def concept_scheme_document(scheme_name: str) -> Mapping[str, Any]:
    """A scheme of ours as SKOS in JSON-LD: what ``GET /vocabulary/SCHEME/v1`` answers. Treat it as constant.

    Raises:
        NoSuchScheme: when there is no such scheme.
    """
    if scheme_name not in OWN_LISTS:
        raise NoSuchScheme
    scheme = OWN_LISTS[scheme_name]
    return {
        "@context": _SKOS_CONTEXT,
        "id": scheme.iri,
        "type": "ConceptScheme",
        "title": scheme.label,
        "description": scheme.description,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "hasTopConcept": [concept.iri for concept in scheme.members.values() if concept.broader is None],
        "concepts": [
            {
                "id": concept.iri,
                "type": "Concept",
                "notation": concept.code,
                "prefLabel": dict(concept.labels),
                "definition": concept.definition,
                **({"broader": concept.broader} if concept.broader else {}),
                **({"broadMatch": concept.broad_match} if concept.broad_match else {}),
                **({"exactMatch": concept.exact_match} if concept.exact_match else {}),
            }
            for concept in scheme.members.values()
        ],
    }
