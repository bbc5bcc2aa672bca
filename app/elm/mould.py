"""Moulds of documents: what all awards of one shape share is rendered once; a learner fills the holes.

The *holes* are declared below, once: values of an award that the mapping copies and never asks. Everything else about
the award is its *shape*: which members are there, how long lists are, languages, codes, all words that are not in a
hole. Awards of one shape, about one version of an offering, in one setting, have documents that differ in the holes
alone, so that a mould gives each of them without mapping, rendering or canonicalizing, byte for byte:

- the document, ``orjson.dumps(render_vcdm2(map_award(...), ...))``;
- its canonical N-Quads, ``canonicalize(render_vcdm2(map_award(...), ...))``;
- the tree, ``orjson.dumps(map_award(...))``.

Casting (:func:`cast`)

1. The award is rendered the long way, with a sentinel in each hole, and cut there. Every hole must show in the document
   and in the statements, in values alone; a sentinel must not occur in what the long way gives without sentinels.
2. The mould is filled with the award that it is cast for. The filling must equal the long way in all three.

Anything amiss in either step, or a value that does not go into its hole, is :class:`MouldUnfit`: take the long way.

Where the mapping makes one node of equal values (the days of units and requirements, places), equality is shape too:
equal values are one hole, and a value that also stands in the offering is no hole.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
from pydantic import ValidationError

from app.elm.mapping import MAPPING_VERSION, Tree, mailbox_iri, map_award
from app.elm.rendering import CredentialFacts, credential_id, render_vcdm2
from app.errors import ServiceError
from app.instants import write_instant
from app.jsonld import canonicalize
from app.jsonld.mould import MouldUnfit, Pieces, QuadMould, Sentinels, Values, written
from app.template.alliance import AwardingBody
from app.template.elements import Award, Statement, statement_of

Said: TypeAlias = Mapping[str, Any]
"""An award in JSON without its defaults: ``award.model_dump(mode="json", exclude_defaults=True)``, as it is stored."""


# --- Holes


@dataclass(frozen=True, slots=True)
class _Hole:
    """A place in an award that the mapping copies from."""

    write: Callable[[str], bytes]
    """Gives the value as it stands in the document, or refuses what is none."""
    sentinel: Callable[[int], str]
    """Gives a value for hole number so and so that the types of the template admit."""
    shared: bool = False
    """Whether the mapping makes one node of equal values."""


_Take: TypeAlias = Callable[[_Hole, str], object]
_Part: TypeAlias = "Callable[[Any, _Take], object] | _Hole | None"


def _members(**parts: _Part) -> Callable[[Any, _Take], object]:
    """Return what copies an object, with something else in its holes and without what is not stated (``None``)."""
    holes = [(name, part) for name, part in parts.items() if isinstance(part, _Hole)]
    inner = [(name, part) for name, part in parts.items() if part is not None and not isinstance(part, _Hole)]
    not_stated = [name for name, part in parts.items() if part is None]

    def copy_of(value: dict[str, Any], take: _Take) -> dict[str, object]:
        copy = dict(value)
        for name, hole in holes:
            if name in copy:
                copy[name] = take(hole, copy[name])
        for name, part in inner:
            if name in copy:
                copy[name] = part(copy[name], take)
        for name in not_stated:
            copy.pop(name, None)
        return copy

    return copy_of


def _words(hole: _Hole) -> Callable[[Any, _Take], object]:
    """Return what copies words by language, each a hole."""
    return lambda value, take: {language: take(hole, words) for language, words in value.items()}


def _each(part: Callable[[Any, _Take], object]) -> Callable[[Any, _Take], object]:
    """Return what copies a list."""
    return lambda value, take: [part(item, take) for item in value]


def _written_day(value: str) -> bytes:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value.encode()
    except ValueError:
        pass
    raise MouldUnfit("no day")


def _written_mailbox(value: str) -> bytes:
    if not value or not value.isascii():
        raise MouldUnfit("no address")
    return mailbox_iri(value).removeprefix(mailbox_iri("")).encode()  # what is no letter or digit is escaped


# No value of a request has this in it by chance; one that has it by intent misses its mould, nothing more.
_TEXT: Final = _Hole(written, lambda number: f"hole{number + 100}x5d64c2b7a91e")
_MAILBOX: Final = _Hole(_written_mailbox, lambda number: f"hole{number + 100}x5d64c2b7a91e@hole.example")
_DAY: Final = _Hole(_written_day, lambda number: f"0{number + 100}-03-07")
_SHARED_DAY: Final = replace(_DAY, shared=True)
_PLACE: Final = replace(_TEXT, shared=True)
_MOST_HOLES: Final = 899
_NOT_STATED: Final = None

_AWARD: Final = _members(
    learner=_members(
        given_names=_TEXT,
        family_names=_TEXT,
        single_name=_NOT_STATED,
        name_in_other_script=_words(_TEXT),
        birth_date=_DAY,
        student_identifiers=_each(_members(value=_TEXT)),
        other_data=_members(birth_name=_TEXT, place_of_birth=_members(name=_words(_PLACE)), email=_MAILBOX),
        reference=_NOT_STATED,
    ),
    awarded_on=_DAY,
    requirements_met=_each(_members(on=_SHARED_DAY)),
    units=_each(_members(completed_on=_SHARED_DAY)),
    assessments=_each(_members(on=_DAY, grade=_members(value=_TEXT))),
    grade=_members(value=_TEXT, text=_words(_TEXT)),
    valid_until=_NOT_STATED,
)
"""The holes in an award, and what never gets into a document (template-elements.md section 6)."""


# --- What documents have in common, and what not


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What belongs to one credential alone, beside its award: all of it is holes."""

    certificate_number: str
    uuid: UUID
    issued: datetime
    valid_from: datetime
    valid_until: datetime | None
    status_list: int
    status_index: int


@dataclass(frozen=True)
class Setting:
    """What the credentials of one awarding body have in common: who it is, whom it may name, where its lists are."""

    body: AwardingBody
    members: Mapping[str, AwardingBody]
    status_entries: Callable[[str, int, int], Sequence[Mapping[str, Any]]]
    """From the id of a credential, the number of a list and an index to ``credentialStatus``."""
    related_resources: Sequence[Mapping[str, Any]]

    @cached_property
    def digest(self) -> bytes:
        """What tells this setting, under this version of the mapping, from every other one."""
        told = [
            MAPPING_VERSION,
            self.body.model_dump(mode="json"),
            [body.model_dump(mode="json") for body in self.members.values()],
            [dict(entry) for entry in self.status_entries("urn:uuid:0", 0, 0)],
            [dict(resource) for resource in self.related_resources],
        ]
        return hashlib.sha256(orjson.dumps(told)).digest()


def render(statement: Statement, setting: Setting, copy: CopyFacts) -> tuple[Tree, dict[str, Any]]:
    """Return tree and unsigned document the long way.

    Raises:
        MappingRefused, UnknownCode: see :func:`app.elm.mapping.map_award`.
    """
    tree = map_award(statement, setting.body, setting.members, certificate_number=copy.certificate_number)
    facts = CredentialFacts(
        uuid=copy.uuid,
        issued=copy.issued,
        valid_from=copy.valid_from,
        valid_until=copy.valid_until,
        status_entries=setting.status_entries(credential_id(copy.uuid), copy.status_list, copy.status_index),
        related_resources=setting.related_resources,
    )
    return tree, render_vcdm2(tree, facts)


_FIRST_YEAR: Final = 1000
"""Awards of earlier ones go the long way: nobody issues in them."""


def _written_instant(moment: datetime) -> bytes:
    if moment.tzinfo is None or moment.year <= _FIRST_YEAR:
        raise MouldUnfit("no moment")
    return write_instant(moment).encode()


def _written_number(number: int) -> bytes:
    if number < 0:
        raise MouldUnfit("no number")
    return b"%d" % number


def _written_copy(copy: CopyFacts) -> Values:
    values = (
        written(copy.certificate_number),
        str(copy.uuid).encode(),
        _written_instant(copy.issued),
        _written_instant(copy.valid_from),
        _written_number(copy.status_list),
        _written_number(copy.status_index),
    )
    return values if copy.valid_until is None else (*values, _written_instant(copy.valid_until))


# --- Shapes


@dataclass(frozen=True, slots=True)
class Shape:
    """An award taken apart: its shape, and what stands in its holes.

    ``key`` tells apart all shapes of awards about one version of an offering. It is no digest: two shapes never meet.
    """

    key: bytes
    values: Values


def texts_in(value: object) -> frozenset[str]:
    """Return every text in a JSON value: what :func:`shape_of` must know of the offering."""
    if isinstance(value, str):
        return frozenset((value,))
    if isinstance(value, Mapping):
        return frozenset().union(*map(texts_in, value.values()))
    if isinstance(value, list):
        return frozenset().union(*map(texts_in, value))
    return frozenset()


def shape_of(said: Said, offering_texts: frozenset[str]) -> Shape:
    """Take an award apart; ``offering_texts`` are the texts in its offering (:func:`texts_in`).

    Raises:
        MouldUnfit: a value must not be signed, or is none of the kind that its hole holds.
    """
    holes = _Holes(said, offering_texts)
    return Shape(orjson.dumps(_AWARD(said, holes.blank)), tuple(holes.values))


class _Holes:
    """Takes the values out of the holes of one award, in the order in which it meets them."""

    __slots__ = ("_constants", "_said", "_shared", "sentinels", "values")

    def __init__(self, said: Said, offering_texts: frozenset[str]) -> None:
        self.values: list[bytes] = []
        self.sentinels: list[str] = []
        self._said = said
        self._constants = offering_texts
        self._shared: dict[str, int] = {}

    def blank(self, hole: _Hole, value: str) -> str | int | None:
        """Take the value out; leave null, or the number of the hole where equality counts."""
        if hole.shared:
            number = self._number_of_shared(hole, value)
            return value if number is None else number
        self.values.append(hole.write(value))
        return None

    def put_sentinel(self, hole: _Hole, value: str) -> str:
        """Take the value out; leave the sentinel of the hole."""
        left = self.blank(hole, value)
        if isinstance(left, str):
            return left
        number = len(self.values) - 1 if left is None else left
        sentinel = hole.sentinel(number)
        if number == len(self.sentinels):
            self.sentinels.append(sentinel)
        return sentinel

    def _number_of_shared(self, hole: _Hole, value: str) -> int | None:
        """The number of the hole, the same for equal values; none where the value stands elsewhere as a constant."""
        if value in self._constants:
            return None
        if hole is _PLACE and value in self._other_place():
            return None
        number = self._shared.get(value)
        if number is None:
            number = self._shared[value] = len(self.values)
            self.values.append(hole.write(value))
        return number

    def _other_place(self) -> Collection[str]:
        """The names of the other place that an award can name."""
        location = self._said.get("participation", {}).get("location", {})
        return location.get("name", {}).values()  # type: ignore[no-any-return] # JSON


# --- Moulds


@dataclass(frozen=True, slots=True)
class DocumentMould:
    """The constant part of all documents of one shape, about one version of an offering, in one setting."""

    document: Pieces
    tree: Pieces
    quads: QuadMould
    shape_key: bytes
    expires: bool

    @property
    def size(self) -> int:
        """How many bytes of constants it holds."""
        return self.document.size + self.tree.size + self.quads.size + len(self.shape_key)

    def fill(self, shape: Shape, copy: CopyFacts) -> "Filling":
        """Put an award of the mould's shape and the facts of its copy into the holes.

        Raises:
            MouldUnfit: a value must not be signed, or is none of the kind that its hole holds.
        """
        if shape.key != self.shape_key or (copy.valid_until is not None) is not self.expires:
            raise MouldUnfit("of another shape")
        return Filling(self, shape.values + _written_copy(copy))


@dataclass(frozen=True, slots=True)
class Filling:
    """One document out of a mould; each form is made when it is asked for."""

    mould: DocumentMould
    values: Values

    def document(self) -> bytes:
        """Return the unsigned document in JSON."""
        return self.mould.document.fill(self.values)

    def tree(self) -> bytes:
        """Return the tree in JSON."""
        return self.mould.tree.fill(self.values)

    def canonical(self) -> bytes:
        """Return the canonical N-Quads of the document."""
        return self.mould.quads.fill(self.values)

    def digest(self, hash_name: str) -> bytes:
        """Return the hash of the canonical N-Quads."""
        return self.mould.quads.digest(self.values, hash_name)


_SENTINEL_COPY: Final = CopyFacts(
    certificate_number="hole-certificate-c2b7a91e5d",
    uuid=UUID("c2b7a91e-5d64-4f0b-8e37-90d1f6a4b853"),
    issued=datetime(9001, 2, 3, 4, 5, 6, tzinfo=UTC),
    valid_from=datetime(9002, 3, 4, 5, 6, 7, tzinfo=UTC),
    valid_until=datetime(9003, 4, 5, 6, 7, 8, tzinfo=UTC),
    status_list=7_310_582_946_013,
    status_index=8_421_693_057_124,
)


def cast(
    statement: Statement, said: Said, offering_texts: frozenset[str], setting: Setting, copy: CopyFacts
) -> DocumentMould:
    """Make the mould for the shape of an award, and prove it on that award.

    Args:
        statement: the award to prove it on, with its offering.
        said: the same award in JSON.
        offering_texts: as for :func:`shape_of`.
        setting: of the awarding body.
        copy: facts of the copy to prove it on.

    Raises:
        MouldUnfit: no mould can be made of it.
        UnsafeDocument, MappingRefused, UnknownCode: the award cannot be written at all.
    """
    # 1
    try:
        mould, sentinels = _cut(statement, said, offering_texts, setting, ends=copy.valid_until is not None)
    except (ValidationError, ServiceError) as error:
        # If it is not about a sentinel, the long way says the same.
        raise MouldUnfit("sentinels that are refused") from error
    # 2
    tree, document = render(statement, setting, copy)
    long_way = orjson.dumps(document), orjson.dumps(tree), canonicalize(document)
    filling = mould.fill(shape_of(said, offering_texts), copy)
    if sentinels.stand_in(long_way[0]) or long_way != (filling.document(), filling.tree(), filling.canonical()):
        raise MouldUnfit("not what the long way gives")
    return mould


def _cut(
    statement: Statement, said: Said, offering_texts: frozenset[str], setting: Setting, *, ends: bool
) -> tuple[DocumentMould, Sentinels]:
    """Render the award with sentinels in its holes, and cut what comes out."""
    shape, holes = shape_of(said, offering_texts), _Holes(said, offering_texts)
    if len(shape.values) > _MOST_HOLES:
        raise MouldUnfit("too many holes")
    award = Award.model_validate(_AWARD(said, holes.put_sentinel))
    copy = _SENTINEL_COPY if ends else replace(_SENTINEL_COPY, valid_until=None)
    sentinels = Sentinels([*holes.sentinels, *(value.decode() for value in _written_copy(copy))])
    tree, document = render(statement_of(statement.offering, award), setting, copy)
    if sentinels.stand_in("\n".join(_keys_and_numbers(document)).encode()):
        raise MouldUnfit("a hole that is no text")
    mould = DocumentMould(
        document=Pieces(sentinels.cut(orjson.dumps(document))),
        tree=Pieces(sentinels.cut(orjson.dumps(tree))),
        quads=QuadMould(canonicalize(document), sentinels),
        shape_key=shape.key,
        expires=ends,
    )
    if mould.document.holes != sentinels.holes:
        raise MouldUnfit("a hole that the document does not show")
    return mould, sentinels


def _keys_and_numbers(value: object) -> Iterator[str]:
    """Everything in a JSON value that is no text."""
    if isinstance(value, dict):
        yield from value
        for held in value.values():
            yield from _keys_and_numbers(held)
    elif isinstance(value, list):
        for held in value:
            yield from _keys_and_numbers(held)
    elif not isinstance(value, str):
        yield str(value)
