"""Who belongs to the alliance, as this deployment knows it, and who only says so.

Nothing is read here: the facts come in from the store and from signed trust lists. Two questions are answered. *Is this
DID a member?* is an exact comparison. *Does this document name a member?* is the opposite: it looks with the eyes of a
hurried reader, to whom capitals, spaces, accents and look-alike letters make no difference, because that reader is whom
a forger writes for. A wrong yes costs a stranger nothing but the advice to use another name.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Self, TypeAlias

from app.errors import json_pointer
from app.keys import KeyState, PublicKey
from app.template.alliance import MEMBERS, AwardingBody, IssuerKind
from app.trust.resolve import issuer_did


@dataclass(frozen=True, slots=True)
class MemberKey:
    """One key of a known issuer.

    ``verification_method`` is the absolute DID URL under which proofs name it, ``jwk_verification_method`` the one of
    its second entry, which tokens name. They are one key with one history. ``compromised_since`` is when somebody else
    may have had it first; it lies before ``revoked_at`` or on it.
    """

    verification_method: str
    public_key: PublicKey
    state: KeyState
    active_from: datetime | None = None
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    jwk_verification_method: str | None = None
    published_at: datetime | None = None
    compromised_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberSeal:
    """A certificate by which a known issuer seals or sealed, and since when it does no longer.

    ``chain`` is what its seals carry, in DER, the sealing certificate first.
    """

    chain: tuple[bytes, ...]
    sha256: str
    organization_identifier: str
    not_before: datetime
    not_after: datetime
    state: KeyState
    enrolled_at: datetime
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    compromised_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberLogo:
    """Where the logo of a known issuer is, and the SHA-256 of the PNG there, in hexadecimal digits."""

    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AllianceMember:
    """One issuer that this deployment knows.

    ``keys`` is ``None`` where the keys are not known here and have to be looked up at the DID; an empty tuple means
    that there are none. ``listed_by`` and ``listed_until`` say whose trust list vouches for it and for how long;
    ``None`` is this deployment itself. ``identifiers`` are all notations that mean this organisation: eIDAS legal
    identifier, Erasmus code, SCHAC home organisation, ROR and the like.
    """

    slug: str
    did: str
    legal_names: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    keys: tuple[MemberKey, ...] | None = None
    kind: IssuerKind = IssuerKind.UNIVERSITY
    listed_by: str | None = None
    listed_until: datetime | None = None
    seals: tuple[MemberSeal, ...] = ()
    logo: MemberLogo | None = None

    @classmethod
    def of(cls, body: AwardingBody, *, keys: tuple[MemberKey, ...] | None) -> Self:
        """Return the issuer that ``body`` describes, under every name the alliance knows for it.

        A deployment may call itself "... (demonstration)"; whoever forges it will not.
        """
        public_names = MEMBERS[body.slug].legal_name.values() if body.slug in MEMBERS else ()
        return cls(
            slug=body.slug,
            did=body.did,
            legal_names=tuple(dict.fromkeys([*body.legal_name.values(), *public_names])),
            identifiers=(body.eidas_identifier, *(identifier.value for identifier in body.identifiers)),
            keys=keys,
            kind=IssuerKind.UNIVERSITY if body.is_member else IssuerKind.TEST,
        )

    def key(self, verification_method: str) -> MemberKey | None:
        """Return the key with exactly this DID URL."""
        return next(
            (
                key
                for key in self.keys or ()
                if verification_method in (key.verification_method, key.jwk_verification_method)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class MemberClaim:
    """A place in a document that names a member. ``pointer`` is a JSON pointer; the text found there is not kept.

    ``dids`` are those who may bear the name: a university has one DID in each deployment that issues for it.
    """

    slug: str
    dids: frozenset[str]
    pointer: str


@dataclass(frozen=True)
class Members:
    """All issuers this deployment knows, ready to be asked."""

    known: tuple[AllianceMember, ...] = ()
    _by_did: Mapping[str, AllianceMember] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, tuple[AllianceMember, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        universities = [member for member in self.known if member.kind is IssuerKind.UNIVERSITY]
        names: dict[str, tuple[AllianceMember, ...]] = {}
        for member in universities:
            for name in {likeness(text) for text in (*member.legal_names, *member.identifiers, member.did)} - {""}:
                names[name] = (*names.get(name, ()), member)
        object.__setattr__(self, "_by_did", {member.did: member for member in self.known})
        object.__setattr__(self, "_by_name", names)

    def by_did(self, did: str) -> AllianceMember | None:
        """Return the issuer with exactly this DID, of whatever kind."""
        return self._by_did.get(did)

    def claimed_by(self, document: Mapping[str, Any]) -> list[MemberClaim]:
        """Return every place where ``document`` names a member university as issuer or awarding body.

        Looked at are ``issuer`` and every ``awardedBy``/``awardingBody`` at any depth, whether the node stands there or
        is only referred to by its ``id``; in it the ``id``, the names in any language, and the notations of its
        identifiers. Of the flat claims of an SD-JWT VC, those that name who issued or awarded.
        """
        nodes, organisations = _survey(document)
        claims: dict[tuple[str, str], MemberClaim] = {}
        followed: set[str] = set()
        # A document says the same of an organisation wherever it stands in full.
        asked: dict[str, tuple[AllianceMember, ...]] = {}
        for path, value in organisations:
            for organisation_path, organisation in _with_referred(value, path, nodes, followed):
                for text_path, text in _self_descriptions(organisation, organisation_path):
                    meant = asked.get(text)
                    if meant is None:
                        meant = asked[text] = self._meant_by(text)
                    if meant:
                        slug, pointer = meant[0].slug, _pointer(text_path)
                        dids = frozenset(member.did for member in meant)
                        claims.setdefault((slug, pointer), MemberClaim(slug, dids, pointer))
        return list(claims.values())

    def _meant_by(self, text: str) -> tuple[AllianceMember, ...]:
        member = self._by_did.get(text.partition("#")[0])
        if member is not None and member.kind is IssuerKind.UNIVERSITY:
            return (member,)
        found = self._by_name.get(likeness(text))
        if found or ("(" not in text and "[" not in text):
            return found or ()
        # "Technische Universität Berlin (Germany)" is meant to be read without the brackets.
        return self._by_name.get(likeness(_BRACKETS.sub("", text)), ())


# Cyrillic and Greek letters that a reader takes for Latin ones (Unicode TS #39, the lower-case core of its table).
_LOOK_ALIKES: Final = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u0131\u0142\u00f8\u0111",
    "abekmhopctyxijshdqwabeikvoptuxwilod",
)


_LONGEST_NAME: Final = 300
"""Letters. No name of a member comes near it, so what is longer is nobody's and need not be read to its end."""


def likeness(text: str) -> str:
    """Return what a hurried reader sees: NFKC, no case, no accents, no spaces or punctuation, look-alikes as Latin.

    Letter by letter: Unicode's normalisation of a whole text sorts each run of accents, which takes minutes for a run
    that somebody made for it, and accents are left out anyway.
    """
    letters: list[str] = []
    for character in text:
        letters.extend(_letters(character))
        if len(letters) > _LONGEST_NAME:
            break
    return "".join(letters)


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(part for part in folded if unicodedata.category(part)[0] in "LN").translate(_LOOK_ALIKES)


_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

# A place in the document as a chain from the leaf upwards: most places are never told, so none is written out early.
_Path: TypeAlias = "tuple[_Path, str | int] | None"
_NAME_TERMS: Final = frozenset({"legalName", "name", "prefLabel", "altLabel", "alternateName", "label", "title"})
_IDENTIFIER_TERMS: Final = frozenset(
    {"identifier", "eIDASIdentifier", "eidasLegalIdentifier", "registration", "vatIdentifier", "taxIdentifier"}
)
_NOTATION_TERMS: Final = frozenset({"notation"})
_ID_TERMS: Final = frozenset({"id", "@id"})
_OF_WHOEVER_ISSUED: Final = frozenset({"issuer", "issuing_authority", "awardingBodyIdentifier"})


_LONGEST_REMEMBERED: Final = 100


def _term(key: str) -> str:
    """Return the last step of a term, compact IRI or IRI: a full IRI as key must not hide what it says."""
    # What is remembered must not hold a stranger's long texts.
    return _last_step(key) if len(key) <= _LONGEST_REMEMBERED else _last_step.__wrapped__(key)


@lru_cache(maxsize=2048)
def _last_step(key: str) -> str:
    return re.split(r"[/#:]", key)[-1]


def _children(value: object, path: _Path) -> Iterator[tuple[_Path, str | int, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (path, key), key, item
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield (path, position), position, item


def _pointer(path: _Path) -> str:
    steps = []
    while path is not None:
        path, step = path
        steps.append(step)
    return json_pointer(reversed(steps))


_CONTAINERS: Final = frozenset({dict, list})
_Nodes: TypeAlias = dict[str, list[tuple[_Path, Mapping[str, Any]]]]


def _survey(document: Mapping[str, Any]) -> tuple[_Nodes, list[tuple[_Path, Any]]]:
    """Walk once; return the nodes by id, and what stands for the issuer and for each awarding body."""
    nodes: _Nodes = {}
    organisations: list[tuple[_Path, Any]] = []
    pending: list[tuple[_Path, Any]] = [(None, document)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, list):
            pending += [((path, at), item) for at, item in enumerate(value) if type(item) in _CONTAINERS]
            continue
        for key, item in value.items():
            kind = type(item)
            if kind is str:
                if key in _ID_TERMS:
                    nodes.setdefault(item, []).append((path, value))
            elif kind in _CONTAINERS:
                pending.append(((path, key), item))
            # Most keys say nothing of the kind, and need not be taken apart to know it.
            if path is not None and key[-12:] != "awardingBody":
                continue
            term = _term(key)
            if term == "awardingBody" or (path is None and term in _OF_WHOEVER_ISSUED):
                organisations.append(((path, key), item))
            elif path is None and key == "iss" and isinstance(item, str):
                organisations.append(((path, key), issuer_did(item) or item))
    return nodes, organisations


def _with_referred(value: object, path: _Path, nodes: _Nodes, followed: set[str]) -> Iterator[tuple[_Path, Any]]:
    """Yield an organisation and the nodes its id refers to, those once however often they are referred to."""
    if isinstance(value, list):
        for below, _, item in _children(value, path):
            yield from _with_referred(item, below, nodes, followed)
        return
    yield path, value
    ids = [value] if isinstance(value, str) else []
    if isinstance(value, Mapping):
        ids = [value[key] for key in _ID_TERMS & value.keys() if isinstance(value[key], str)]
    for identifier in ids:
        if identifier not in followed:
            followed.add(identifier)
            yield from nodes.get(identifier, ())


def _self_descriptions(organisation: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(organisation, str):
        yield path, organisation
        return
    for below, key, value in _children(organisation, path):
        term = _term(str(key))
        if key in _ID_TERMS or term in _NAME_TERMS:
            yield from _strings(value, below)
        elif term in _IDENTIFIER_TERMS:
            yield from _notations(value, below)


def _notations(value: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, str):
        yield path, value
    for below, key, item in _children(value, path):
        if isinstance(key, int):
            yield from _notations(item, below)
        elif key in _ID_TERMS or _term(key) in _NOTATION_TERMS:
            yield from _strings(item, below)


def _strings(value: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, str):
        yield path, value
    for below, _, item in _children(value, path):
        yield from _strings(item, below)
