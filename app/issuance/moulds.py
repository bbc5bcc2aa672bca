"""Unsigned documents: out of a mould where there is one, the long way where there is none.

Most awards of a course have one shape (:mod:`app.elm.mould`). The second award of a shape casts its mould; from then on
neither mapping nor canonicalization runs for it. Both ways give the same bytes, and every proof is checked with the
public key whichever way its document came.

A shape that could not be cast is tried again at its 4th, 8th, 16th award ... : it may have been the learner's name.
Moulds live in this process, within a bound on memory; the one that was not used for longest goes first.
"""

import asyncio
import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, Final, Self, TypeAlias

import orjson

from app.elm.mapping import Tree
from app.elm.mould import CopyFacts, DocumentMould, Filling, Said, Setting, cast, render, shape_of, texts_in
from app.elm.rendering import VCDM2_CONTEXT
from app.jsonld import ELM_CONTEXT_URL, canonicalize, pinned_context
from app.jsonld.mould import MouldUnfit
from app.keys import Signer
from app.securing import make_proofs_over_digest
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.template.alliance import AwardingBody
from app.template.elements import Statement

MOST_BYTES: Final = 64 * 1024 * 1024
"""What all moulds of one process may take: some 300 of full credentials."""
_MOST_SHAPES: Final = 4096
"""How many shapes are remembered that have no mould yet; a digest and a number each."""
_MOST_OFFERINGS: Final = 256
_SECOND: Final = 2

OUR_CONTEXT: Final = (
    {
        "id": ELM_CONTEXT_URL,
        "digestSRI": "sha384-"
        + base64.b64encode(hashlib.sha384(pinned_context(ELM_CONTEXT_URL).content).digest()).decode(),
    },
)
"""``relatedResource`` (VCDM 2.0 section 5.3): which bytes our context is."""

_PROOF: Final = b',"proof":'

_Key: TypeAlias = tuple[bytes, bytes, bool, bytes]


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A document that may be signed: its bytes, the tree it was rendered from, the hash of its canonical form."""

    content: bytes
    tree: bytes
    context: Sequence[str]
    digest: Callable[[str], bytes]
    """From the name of a hash to that hash of the canonical N-Quads."""

    @classmethod
    def rendered(cls, tree: Tree, document: Mapping[str, Any]) -> Self:
        """Take a document that was rendered the long way.

        Raises:
            UnsafeDocument: a signature would not cover all of it.
        """
        return cls(orjson.dumps(document), orjson.dumps(tree), document["@context"], _digests(document))

    @classmethod
    def stored(cls, content: bytes) -> Self:
        """Take the bytes of a document that was rendered before, whose tree is stored too."""
        document = orjson.loads(content)
        return cls(content, b"", document["@context"], _digests(document))

    @classmethod
    def filled(cls, filling: Filling) -> Self:
        """Take what came out of a mould."""
        return cls(filling.document(), filling.tree(), VCDM2_CONTEXT, filling.digest)

    async def signed(self, signers: Sequence[tuple[Signer, str]], created: datetime) -> bytes:
        """Return the document with a proof of each signer, checked, as the bytes that will leave.

        Raises:
            SigningFailed, SelfCheckFailed: see :func:`app.securing.secure`.
        """
        proofs = await make_proofs_over_digest(list(self.context), self.digest, signers=signers, created=created)
        proof = orjson.dumps(proofs[0] if len(proofs) == 1 else proofs)
        return b"%b%b%b}" % (self.content[:-1], _PROOF, proof)


def without_proof(content: bytes) -> bytes:
    """Return what :meth:`Unsigned.signed` began with, the bytes of the document alone.

    No text of a value has bare quotes, and no proof has a member of that name.
    """
    return content[: content.rindex(_PROOF)] + b"}"


def _digests(document: Mapping[str, Any]) -> Callable[[str], bytes]:
    canonical = canonicalize(document)

    def digest(hash_name: str) -> bytes:
        # Another hash may name blank nodes otherwise; documents of ours have none.
        same = hash_name == "sha256" or b"_:c14n" not in canonical
        return hashlib.new(hash_name, canonical if same else canonicalize(document, hash_name=hash_name)).digest()

    return digest


@dataclass(frozen=True, slots=True)
class StatedAward:
    """An award in every form in which it is looked at here."""

    statement: Statement
    said: Said
    offering: bytes
    """The offering in JSON, before the award narrowed it."""
    offering_sha256: bytes


def _status_entries(issuer_url: str, credential_id: str, number: int, index: int) -> list[dict[str, Any]]:
    urls = {purpose: status_list_url(issuer_url, number, purpose) for purpose in StatusPurpose}
    return status_list_entries(urls, index, credential_id=credential_id)


class Moulds:
    """The moulds of this process. Safe to use from several threads."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        """Hold moulds of ``most_bytes`` at most."""
        self._most_bytes: Final = most_bytes
        self._lock: Final = Lock()
        self._moulds: Final[OrderedDict[_Key, DocumentMould]] = OrderedDict()
        self._bytes = 0
        self._met: Final[OrderedDict[bytes, int]] = OrderedDict()
        self._casting: Final[set[_Key]] = set()
        self._texts: Final[OrderedDict[bytes, frozenset[str]]] = OrderedDict()
        self._settings: Final[dict[str, Setting]] = {}

    @property
    def size(self) -> int:
        """How many bytes the moulds take now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._moulds)

    def setting(self, body: AwardingBody, members: Mapping[str, AwardingBody], issuer_url: str) -> Setting:
        """Return the setting of an awarding body whose status lists are under ``issuer_url``.

        One object as long as nothing about it changes: its digest is part of every key.
        """
        known = self._settings.get(issuer_url)
        if (
            known is None
            or known.body is not body
            or len(known.members) != len(members)
            or any(known.members.get(slug) is not member for slug, member in members.items())
        ):
            known = self._settings[issuer_url] = Setting(
                body, members, partial(_status_entries, issuer_url), related_resources=OUR_CONTEXT
            )
        return known

    async def unsigned(self, award: StatedAward, setting: Setting, copy: CopyFacts) -> Unsigned:
        """Return the document of a credential.

        Raises:
            UnsafeDocument: a signature would not cover all of it.
            MappingRefused, UnknownCode: see :func:`app.elm.mapping.map_award`.
        """
        texts = self._texts_of(award)
        try:
            shape = shape_of(award.said, texts)
            key = (award.offering_sha256, setting.digest, copy.valid_until is not None, shape.key)
            mould = self._find(key)
            if mould is None and self._is_due(key):
                # Some milliseconds: too long for the event loop.
                mould = await asyncio.to_thread(self._cast, key, award, texts, setting, copy)
            if mould is not None:
                return Unsigned.filled(mould.fill(shape, copy))
        except MouldUnfit:
            pass
        return Unsigned.rendered(*render(award.statement, setting, copy))

    # --- moulds

    def _find(self, key: _Key) -> DocumentMould | None:
        with self._lock:
            mould = self._moulds.get(key)
            if mould is not None:
                self._moulds.move_to_end(key)
            return mould

    def _is_due(self, key: _Key) -> bool:
        """Whether this is the 2nd, 4th, 8th, ... award of a shape that has no mould, and nobody is casting one."""
        digest = hashlib.sha256(b"".join((*key[:2], b"\1" if key[2] else b"\0", key[3]))).digest()
        with self._lock:
            times = self._met.pop(digest, 0) + 1
            self._met[digest] = times
            if len(self._met) > _MOST_SHAPES:
                self._met.popitem(last=False)
            if times < _SECOND or times & (times - 1) or key in self._casting:
                return False
            self._casting.add(key)
            return True

    def _cast(
        self, key: _Key, award: StatedAward, texts: frozenset[str], setting: Setting, copy: CopyFacts
    ) -> DocumentMould:
        try:
            mould = cast(award.statement, award.said, texts, setting, copy)
        finally:
            with self._lock:
                self._casting.discard(key)
        with self._lock:
            if key in self._moulds:
                return mould
            self._moulds[key] = mould
            self._bytes += mould.size
            while self._bytes > self._most_bytes:
                _, oldest = self._moulds.popitem(last=False)
                self._bytes -= oldest.size
        return mould

    # --- what the key of a mould is made of

    def _texts_of(self, award: StatedAward) -> frozenset[str]:
        with self._lock:
            texts = self._texts.get(award.offering_sha256)
            if texts is not None:
                self._texts.move_to_end(award.offering_sha256)
                return texts
        texts = texts_in(orjson.loads(award.offering))
        with self._lock:
            self._texts[award.offering_sha256] = texts
            if len(self._texts) > _MOST_OFFERINGS:
                self._texts.popitem(last=False)
        return texts
