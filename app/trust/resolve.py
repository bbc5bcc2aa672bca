"""From a DID to the facts a verifier needs: which keys, whose, for what, since when no more.

``did:key`` and ``did:jwk`` carry their key in their name and need nobody. ``did:web`` is asked for through a
:class:`~app.trust.fetch.Fetch`. What cannot be resolved raises :class:`ResolutionFailed` with a reason of a closed
list; a method that stands in the document but cannot be used is a fact of the document, with its own reason.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from app.errors import ServiceError
from app.instants import read_instant
from app.keys import ASSERTION_METHOD, AUTHENTICATION, PublicKey, did_web
from app.strict_json import parse
from app.trust.fetch import DID_DOCUMENT_BYTES, Fetch, FetchError, FetchReason

MAX_METHODS: Final = 100
_MAX_DID: Final = 2048

# W3C DID Core 1.0 section 3.1. `did:jwk` needs length, so the bound stands apart.
_DID: Final = re.compile(r"did:([a-z0-9]+):((?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}))")
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_HIGHEST_PORT: Final = 65535
# What a decoded path segment may hold: nothing that changes the path's meaning.
_SEGMENT: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")


class ResolutionProblem(StrEnum):
    """Why a DID gave no document."""

    NOT_A_DID = "not-a-did"
    METHOD_NOT_SUPPORTED = "did-method-not-supported"
    MALFORMED = "did-malformed"
    KEY_NOT_SUPPORTED = "did-key-type-not-supported"
    NOT_LOOKED_UP = "did-not-looked-up"
    NO_ANSWER = "did-document-not-fetched"
    NOT_JSON = "did-document-not-json"
    ID_DIFFERS = "did-document-of-another"
    DOCUMENT_MALFORMED = "did-document-malformed"


class KeyProblem(StrEnum):
    """Why a verification method of a document gives no key."""

    TYPE_NOT_SUPPORTED = "key-type-not-supported"
    MATERIAL_MALFORMED = "key-material-malformed"
    PRIVATE_KEY_PUBLISHED = "private-key-published"


class ResolutionFailed(Exception):
    """No document, and why. Evidence for a report, never an answer to a caller."""

    def __init__(self, problem: ResolutionProblem, *, fetch_reason: FetchReason | None = None) -> None:
        super().__init__(problem.value if fetch_reason is None else f"{problem.value}: {fetch_reason.value}")
        self.problem = problem
        self.fetch_reason = fetch_reason


@dataclass(frozen=True, slots=True)
class ResolvedMethod:
    """One verification method, as its document states it.

    ``id`` is absolute. ``public_key`` is there unless ``problem`` says why not. ``for_assertion`` is true where the
    document lists it under ``assertionMethod``, ``for_authentication`` where it does under ``authentication``.
    ``revoked_at`` and ``expires_at`` are those of Controlled Identifiers 1.0 section 2.2.
    """

    id: str
    controller: str
    type: str
    public_key: PublicKey | None
    problem: KeyProblem | None
    for_assertion: bool
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    for_authentication: bool = False


@dataclass(frozen=True, slots=True)
class DidDocument:
    """What one resolution found. ``sha256`` is the digest of the bytes as fetched, for receipts."""

    did: str
    methods: tuple[ResolvedMethod, ...]
    url: str | None = None
    sha256: str | None = None

    def method(self, identifier: str) -> ResolvedMethod | None:
        """Return the method with exactly this id."""
        return next((method for method in self.methods if method.id == identifier), None)


def did_of(url: str) -> str:
    """Return the DID of a DID URL: what stands before its fragment, path or query (DID Core section 3.2)."""
    return re.split(r"[#/?]", url, maxsplit=1)[0]


def is_did(text: str) -> bool:
    """Whether ``text`` is a bare DID by syntax."""
    return len(text) <= _MAX_DID and _DID.fullmatch(text) is not None


def needs_network(did: str) -> bool:
    """Whether resolving ``did`` asks somebody."""
    return did.startswith("did:web:")


def did_web_url(did: str, *, http_hosts: Collection[tuple[str, int]] = ()) -> str:
    """Return where the document of a ``did:web`` stands (did:web Method Specification, "Read (Resolve)").

    ``http_hosts`` are the exact pairs of host and port that a development set-up serves over http.

    Raises:
        ResolutionFailed: not a ``did:web``, or one that no URL follows from.
    """
    if not is_did(did) or not did.startswith("did:web:"):
        raise ResolutionFailed(ResolutionProblem.MALFORMED)
    host_and_port, *encoded_path = did.removeprefix("did:web:").split(":")
    # The one escape in the first step is the colon before a port.
    host, separator, port = re.sub("%3A", ":", host_and_port, flags=re.IGNORECASE).partition(":")
    path = [unquote(step) for step in encoded_path]
    if (
        _DOMAIN.fullmatch(host) is None
        or _is_ip_address(host)
        or (separator and (_PORT.fullmatch(port) is None or int(port) > _HIGHEST_PORT))
        or any(_SEGMENT.fullmatch(step) is None or step in {".", ".."} for step in path)
    ):
        raise ResolutionFailed(ResolutionProblem.MALFORMED)
    authority = f"{host.lower()}:{port}" if separator else host.lower()
    plain = (host.lower(), int(port or 80)) in http_hosts
    return f"{'http' if plain else 'https'}://{authority}/{'/'.join(path) if path else '.well-known'}/did.json"


def issuer_did(issuer: str) -> str | None:
    """Return the DID of an issuer that is named by its address: the ``did:web`` of the same host and path.

    ``https://HOST/issuers/SLUG``, the ``iss`` of SD-JWT VCs, is ``did:web:HOST:issuers:SLUG``; a DID is itself. None
    for what is neither.
    """
    if is_did(issuer):
        return issuer
    try:
        named = did_web(issuer)
    except ValueError:
        return None
    return named if is_did(named) else None


def issuer_metadata_url(issuer: str, *, http_hosts: Collection[tuple[str, int]] = ()) -> str | None:
    """Return where the JWT VC Issuer Metadata of ``issuer`` stands (SD-JWT VC draft -19, section 5.1).

    None for what is no address of scheme, host and path. ``http_hosts`` are as for :func:`did_web_url`.
    """
    named = issuer_did(issuer)
    if named is None or named == issuer:
        return None
    parts = urlsplit(issuer)
    plain = (parts.hostname or "", parts.port or 80) in http_hosts
    return f"{'http' if plain else 'https'}://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path.rstrip('/')}"


async def resolve_issuer(issuer: str, *, fetch: Fetch, http_hosts: Collection[tuple[str, int]] = ()) -> DidDocument:
    """Return the keys that an issuer of SD-JWT VCs publishes at its address, as methods of its DID.

    Raises:
        ResolutionFailed: with the reason.
    """
    url, did = issuer_metadata_url(issuer, http_hosts=http_hosts), issuer_did(issuer)
    if url is None or did is None:
        raise ResolutionFailed(ResolutionProblem.MALFORMED)
    try:
        fetched = await fetch(url, max_bytes=DID_DOCUMENT_BYTES, accept="application/json")
    except FetchError as error:
        raise ResolutionFailed(ResolutionProblem.NO_ANSWER, fetch_reason=error.reason) from None
    try:
        document = parse(fetched.content, max_bytes=DID_DOCUMENT_BYTES, max_depth=16)
    except ServiceError:
        raise ResolutionFailed(ResolutionProblem.NOT_JSON) from None
    methods = read_issuer_metadata(issuer, did, document)
    return DidDocument(did, methods, url=url, sha256=hashlib.sha256(fetched.content).hexdigest())


def read_issuer_metadata(issuer: str, did: str, document: object) -> tuple[ResolvedMethod, ...]:
    """Return the keys that JWT VC Issuer Metadata states (SD-JWT VC draft -19, sections 5.2 and 5.3).

    ``jwks_uri`` is not followed: it would let an issuer name any host to be asked.

    Raises:
        ResolutionFailed: the document is another's, or is not of its form.
    """
    if not isinstance(document, Mapping):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    if document.get("issuer") != issuer:
        raise ResolutionFailed(ResolutionProblem.ID_DIFFERS)
    key_set = document.get("jwks")
    keys = key_set.get("keys") if isinstance(key_set, Mapping) else None
    if not isinstance(keys, list) or len(keys) > MAX_METHODS or "jwks_uri" in document:
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    methods = []
    for key in keys:
        if not isinstance(key, Mapping) or not isinstance(key.get("kid", ""), str):
            raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
        public_key, problem = _key_material({"publicKeyJwk": key}, "JsonWebKey")
        # Key sets hold keys of other kinds, too; one that is not used here is nobody's fault.
        methods.append(ResolvedMethod(key.get("kid", ""), did, "JsonWebKey", public_key, problem, for_assertion=True))
    if len({method.id for method in methods}) != len(methods):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    return tuple(methods)


def _is_ip_address(host: str) -> bool:
    """Whether a resolver would take ``host`` for an IPv4 address, in any of its old spellings.

    The method specification forbids addresses; a name whose last label is a number is one (WHATWG URL, "ends in a
    number").
    """
    last = host.rpartition(".")[2]
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last, re.IGNORECASE) is not None


def resolve_locally(did: str) -> DidDocument:
    """Resolve a DID that carries its own key: ``did:key`` or ``did:jwk``.

    Raises:
        ResolutionFailed: malformed, another method, or a key type outside Ed25519, P-256, P-384.
    """
    if not is_did(did):
        raise ResolutionFailed(ResolutionProblem.NOT_A_DID)
    method, identifier = did.split(":", 2)[1:]
    if method == "key":
        fragment = identifier
        public_key = _key_or_fail(lambda: PublicKey.from_multikey(identifier))
    elif method == "jwk":
        fragment = "0"
        jwk = _jwk_of(identifier)
        if "d" in jwk:
            raise ResolutionFailed(ResolutionProblem.MALFORMED)
        public_key = _key_or_fail(lambda: PublicKey.from_jwk(jwk))
    else:
        raise ResolutionFailed(ResolutionProblem.METHOD_NOT_SUPPORTED)
    # did:jwk: `"use": "enc"` gives a document without these two relationships (method specification, "Read").
    signs = method == "key" or jwk.get("use", "sig") == "sig"
    only = ResolvedMethod(
        id=f"{did}#{fragment}",
        controller=did,
        type="Multikey" if method == "key" else "JsonWebKey",
        public_key=public_key,
        problem=None,
        for_assertion=signs,
        for_authentication=signs,
    )
    return DidDocument(did=did, methods=(only,))


def _key_or_fail(read: Any) -> PublicKey:  # noqa: ANN401 - a parameterless reader
    try:
        key = read()
    except (ServiceError, ValueError, TypeError, KeyError):
        raise ResolutionFailed(ResolutionProblem.KEY_NOT_SUPPORTED) from None
    assert isinstance(key, PublicKey)
    return key


def _jwk_of(encoded: str) -> dict[str, Any]:
    if re.fullmatch(r"[A-Za-z0-9_-]+", encoded) is None:
        raise ResolutionFailed(ResolutionProblem.MALFORMED)
    try:
        octets = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        # Bits behind the last byte would give one key several identifiers (RFC 4648 section 3.5).
        if base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii") != encoded:
            raise ResolutionFailed(ResolutionProblem.MALFORMED)
        value = parse(octets, max_bytes=_MAX_DID)
    except (binascii.Error, ServiceError):
        raise ResolutionFailed(ResolutionProblem.MALFORMED) from None
    if not isinstance(value, dict):
        raise ResolutionFailed(ResolutionProblem.MALFORMED)
    return value


async def resolve(did: str, *, fetch: Fetch, http_hosts: Collection[tuple[str, int]] = ()) -> DidDocument:
    """Resolve ``did``, asking its host where it is a ``did:web``.

    Raises:
        ResolutionFailed: with the reason.
    """
    if not is_did(did):
        raise ResolutionFailed(ResolutionProblem.NOT_A_DID)
    if not did.startswith("did:web:"):
        return resolve_locally(did)
    url = did_web_url(did, http_hosts=http_hosts)
    try:
        fetched = await fetch(
            url, max_bytes=DID_DOCUMENT_BYTES, accept="application/did+json, application/did, application/json;q=0.9"
        )
    except FetchError as error:
        raise ResolutionFailed(ResolutionProblem.NO_ANSWER, fetch_reason=error.reason) from None
    try:
        document = parse(fetched.content, max_bytes=DID_DOCUMENT_BYTES, max_depth=16)
    except ServiceError:
        raise ResolutionFailed(ResolutionProblem.NOT_JSON) from None
    methods = read_did_document(did, document)
    return DidDocument(did, methods, url=url, sha256=hashlib.sha256(fetched.content).hexdigest())


def read_did_document(did: str, document: object) -> tuple[ResolvedMethod, ...]:
    """Return the verification methods that ``document`` states for ``did``.

    Raises:
        ResolutionFailed: the document is another's, or is not of the form of DID Core section 5.
    """
    if not isinstance(document, Mapping):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    # did:web, "Read (Resolve)": the id must be the DID that was asked for, or the host speaks for somebody else.
    if document.get("id") != did:
        raise ResolutionFailed(ResolutionProblem.ID_DIFFERS)
    listed = _list_of(document, "verificationMethod")
    by_purpose = {purpose: _list_of(document, purpose) for purpose in (ASSERTION_METHOD, AUTHENTICATION)}
    if len(listed) + sum(map(len, by_purpose.values())) > MAX_METHODS:
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    named = {
        purpose: {_absolute(did, entry) for entry in entries if isinstance(entry, str)}
        for purpose, entries in by_purpose.items()
    }
    methods = [_read_method(did, entry, named) for entry in listed]
    # Section 5.3: a method embedded under a relationship belongs to that relationship.
    methods += [
        _read_method(did, entry, {purpose: {_absolute(did, entry.get("id"))}})
        for purpose, entries in by_purpose.items()
        for entry in entries
        if isinstance(entry, Mapping)
    ]
    if len({method.id for method in methods}) != len(methods):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    return tuple(methods)


def _list_of(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name, [])
    if not isinstance(value, list):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    return value


def _absolute(did: str, identifier: object) -> str:
    if not isinstance(identifier, str) or not identifier:
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    return did + identifier if identifier.startswith("#") else identifier


_MULTIBASE_TYPES: Final = frozenset(
    {"Multikey", "Ed25519VerificationKey2020", "EcdsaSecp256r1VerificationKey2019", "P256Key2021", "P384Key2021"}
)
_JWK_TYPES: Final = frozenset({"JsonWebKey", "JsonWebKey2020"})


def _read_method(did: str, entry: object, named: Mapping[str, set[str]]) -> ResolvedMethod:
    if not isinstance(entry, Mapping):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    identifier, controller, kind = _absolute(did, entry.get("id")), entry.get("controller"), entry.get("type")
    if not isinstance(controller, str) or not isinstance(kind, str):
        raise ResolutionFailed(ResolutionProblem.DOCUMENT_MALFORMED)
    public_key, problem = _key_material(entry, kind)
    return ResolvedMethod(
        id=identifier,
        controller=controller,
        type=kind,
        public_key=public_key,
        problem=problem,
        for_assertion=identifier in named.get(ASSERTION_METHOD, ()),
        for_authentication=identifier in named.get(AUTHENTICATION, ()),
        revoked_at=_moment(entry, "revoked"),
        expires_at=_moment(entry, "expires"),
    )


def _key_material(entry: Mapping[str, Any], kind: str) -> tuple[PublicKey | None, KeyProblem | None]:
    multibase, jwk = entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    if "secretKeyMultibase" in entry or "privateKeyJwk" in entry or (isinstance(jwk, Mapping) and "d" in jwk):
        return None, KeyProblem.PRIVATE_KEY_PUBLISHED
    try:
        # Controlled Identifiers section 2.2: the same key must not be stated in two forms; one form per type here.
        if kind in _MULTIBASE_TYPES and isinstance(multibase, str) and jwk is None:
            return PublicKey.from_multikey(multibase), None
        if kind in _JWK_TYPES and isinstance(jwk, Mapping) and multibase is None:
            return PublicKey.from_jwk(dict(jwk)), None
    except (ServiceError, ValueError, TypeError, KeyError):
        return None, KeyProblem.MATERIAL_MALFORMED
    known = kind in _MULTIBASE_TYPES | _JWK_TYPES
    return None, KeyProblem.MATERIAL_MALFORMED if known else KeyProblem.TYPE_NOT_SUPPORTED


def _moment(entry: Mapping[str, Any], name: str) -> datetime | None:
    value = entry.get(name)
    if value is None:
        return None
    # A date that cannot be read must not read as "never": the method is treated as ended since ever.
    return read_instant(value) or datetime.min.replace(tzinfo=UTC)
