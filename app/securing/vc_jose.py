"""Credentials in an envelope: W3C "Securing Verifiable Credentials using JOSE and COSE" (VC-JOSE-COSE) 1.0, with JOSE.

Presentations (section 3.1.2) are read and checked in the same way: ``typ`` vp+jwt, ``cty`` vp, a method listed under
``authentication``, ``iss`` the holder. ``nonce`` and ``aud`` say for whom one was signed; whoever asked compares them.
Which of the two a token has to be follows from its content, so neither can pass for the other.

The payload of the token is the credential itself, VCDM 2.0, unchanged (section 3.1.1). The header is small: ``alg`` by
the key, ``kid`` the URL of the verification method, ``typ`` and ``cty`` as the section has them. We write no ``iss``:
``kid`` names the issuer already, and what is said twice can be said in two ways.

**Reading** (:func:`read`) takes a token apart; what is not one token around one JSON text raises.

**Checking** (:func:`check`) in this order; the first step that fails names the outcome.

1. The header is of the profile (:mod:`app.securing.jws`), ``typ`` says that this is a credential and no other kind of
   token, and ``cty``, where it is stated, that the content is one.
2. ``kid`` is there.
3. It resolves to a key that can be used.
4. ``alg`` is the one of that key.
5. The signature holds.
6. The method is one for assertions; of a presentation, for authentication.
7. The claims that JWT defines agree with the credential. ``vc`` and ``vp`` must not be there (section 3.1.3). ``iss``,
   in the header or in the payload, must be the issuer (section 4.1.2); ``jti`` must not contradict ``id``, nor ``sub``
   the subject. ``iat``, ``nbf`` and ``exp`` speak about the signature and not about the credential, so they are
   compared with nothing here; they must be readable, and whoever knows the time asks them.

Stricter than the specification, on purpose: ``typ`` must be there (it only should), because a reader of several kinds
of token has nothing else to tell them apart; and a header with a member outside the profile is not judged, where the
specification would have it ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from app.errors import Finding
from app.keys import ASSERTION_METHOD, AUTHENTICATION, PublicKey, Signer
from app.securing import jws
from app.securing.data_integrity import AlreadySecured, ResolveMethod, SelfCheckFailed, is_for
from app.securing.jws import MAX_PAYLOAD_BYTES, HeaderProblem, HeaderProfile, Jws
from app.strict_json import MAX_DEPTH, JsonValue, as_list, canonical, parse

MEDIA_TYPE: Final = "application/vc+jwt"
PRESENTATION_MEDIA_TYPE: Final = "application/vp+jwt"
PROFILE: Final = HeaderProfile(frozenset({"kid", "typ", "cty", "iss"}))
_TYPE: Final = "vc+jwt"
_CONTENT_TYPE: Final = "vc"
_CITATION: Final = "VC-JOSE-COSE 1.0, "

REGISTERED_CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf"})
"""Claims that speak about the token and are no part of the credential (RFC 7519 section 4.1, RFC 7800 section 3.1)."""
_NONCE: Final = "nonce"
"""The claim that answers a verifier's challenge; of presentations only."""
FORBIDDEN_CLAIMS: Final = ("vc", "vp")
_INSTANTS: Final = ("iat", "nbf", "exp")


class TokenOutcome(StrEnum):
    """What checking one token came to. Closed: a reader of results handles them all."""

    VERIFIED = "verified"
    # step 1
    HEADER_REFUSED = "header-refused"
    HEADER_NOT_SUPPORTED = "header-not-supported"
    UNSIGNED = "unsigned"
    ALGORITHM_UNKNOWN = "algorithm-unknown"
    TYPE_WRONG = "type-wrong"
    # step 2
    KEY_NOT_NAMED = "key-not-named"
    # step 3
    METHOD_UNRESOLVED = "method-unresolved"
    METHOD_KEY_UNUSABLE = "method-key-unusable"
    # step 4
    KEY_TYPE_MISMATCH = "key-type-mismatch"
    # step 5
    SIGNATURE_INVALID = "signature-invalid"
    # step 6
    METHOD_NOT_FOR_PURPOSE = "method-not-for-purpose"
    # step 7
    CLAIM_FORBIDDEN = "claim-forbidden"
    CLAIM_MALFORMED = "claim-malformed"
    CLAIM_DIFFERS = "claim-differs"
    # of selective disclosure alone (`sd_jwt`)
    DISCLOSURE_WRONG = "disclosure-wrong"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the header of a token says about it and about its content, in full (RFC 7515 section 4.1.9)."""

    media_type: str
    content_media_type: str


_CREDENTIAL_TYPE: Final = _Kind(MEDIA_TYPE, "application/vc")
_PRESENTATION_TYPE: Final = _Kind(PRESENTATION_MEDIA_TYPE, "application/vp")
MANIFEST_TYPE: Final = "MicroCredentialManifest"
"""The ``type`` of a manifest: our own statement which files say the same, no credential."""
_MANIFEST_KIND: Final = _Kind("application/enhance-manifest+jwt", "application/json")

HEADER_OUTCOMES: Final[Mapping[HeaderProblem, TokenOutcome]] = {
    HeaderProblem.CRITICAL: TokenOutcome.HEADER_REFUSED,
    HeaderProblem.OWN_KEY: TokenOutcome.HEADER_REFUSED,
    HeaderProblem.MALFORMED: TokenOutcome.HEADER_REFUSED,
    HeaderProblem.UNSIGNED: TokenOutcome.UNSIGNED,
    HeaderProblem.ALGORITHM: TokenOutcome.ALGORITHM_UNKNOWN,
    HeaderProblem.MEMBER: TokenOutcome.HEADER_NOT_SUPPORTED,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart; nothing about it is trusted yet.

    ``content`` is the payload as JSON; ``document`` is what it says as a credential: the same without the registered
    claims of JWT, which are no terms of any ``@context``.
    """

    jws: Jws
    content: JsonValue
    document: JsonValue

    @property
    def is_presentation(self) -> bool:
        """Whether it holds, by its content, a verifiable presentation."""
        return _is_presentation(self.content)

    @property
    def key_id(self) -> str | None:
        """The verification method that the header names. To be compared with known ones, never to be opened."""
        return _text(self.jws.header.get("kid"))


@dataclass(frozen=True, slots=True)
class TokenResult:
    """One token: what it states, and what came out.

    ``member`` is the header member or claim at fault. ``signature_holds`` is ``None`` as long as no signature was
    checked. Texts are as stated, never trusted; moments are there only if they can be read. Not judged here are time,
    and ``challenge`` and ``domains``, which only a presentation has.
    """

    outcome: TokenOutcome
    member: str | None = None
    signature_holds: bool | None = None
    public_key: PublicKey | None = None
    algorithm: str | None = None
    verification_method: str | None = None
    created_at: datetime | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    challenge: str | None = None
    domains: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether every step held."""
        return self.outcome is TokenOutcome.VERIFIED

    @property
    def created(self) -> str | None:
        """When the signature was made, by its own account."""
        return None if self.created_at is None else self.created_at.isoformat().replace("+00:00", "Z")


async def secure(document: Mapping[str, Any], *, signer: Signer, key_id: str) -> bytes:
    """Return ``document`` in a token. ``key_id`` is the URL of the signer's JsonWebKey verification method.

    Raises:
        AlreadySecured: the document has a ``proof``.
        DocumentTooLarge: larger than a token may be.
        SigningFailed: the signer is not available.
        SelfCheckFailed: the finished token does not hold, or our own verifier would read it as something else.
    """
    if "proof" in document:
        raise AlreadySecured(
            findings=[Finding("already-secured", "#/proof", "Remove the proof, or replace the credential.", _CITATION)]
        )
    header = {"kid": key_id, "typ": _TYPE, "cty": _CONTENT_TYPE}
    # The core checks that the token holds, and that it holds this payload; here it is whether our own reader would take
    # it for what it is.
    stated = {"alg": jws.SIGNING_ALGORITHMS[signer.algorithm], **header}
    refused = _header_outcome(stated, _CREDENTIAL_TYPE) or _claims_outcome(header, document)
    if refused is not None or not REGISTERED_CLAIMS.isdisjoint(document):
        raise SelfCheckFailed(f"The token would not be read as the credential that it holds: {refused}.")
    return await jws.sign_compact(orjson.dumps(document), header, signer=signer)


def read(token: bytes, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES, max_depth: int = MAX_DEPTH) -> Token:
    """Take a token apart.

    Raises:
        MalformedToken: not one token in compact form.
        MalformedJson: its payload is not one JSON text; the finding points into the payload.
    """
    parts = jws.parse_compact(token, max_payload_bytes=max_payload_bytes)
    content = parse(parts.payload, max_bytes=max_payload_bytes, max_depth=max_depth)
    document = content
    claims = REGISTERED_CLAIMS | {_NONCE} if _is_presentation(content) else REGISTERED_CLAIMS
    if isinstance(content, dict) and not claims.isdisjoint(content):
        document = {name: value for name, value in content.items() if name not in claims}
    return Token(parts, content, document)


def check(token: Token, resolve_method: ResolveMethod) -> TokenResult:
    """Return what ``token`` comes to, by the numbered steps. Bad input never raises: it has an outcome."""
    # What is no object makes no claims; that it is no credential is for the reader of the document to say.
    content = token.content if isinstance(token.content, dict) else {}
    presented = token.is_presentation
    stated = TokenResult(
        TokenOutcome.VERIFIED,
        algorithm=_text(token.jws.header.get("alg")),
        verification_method=token.key_id,
        created_at=read_instant_claim(content.get("iat")),
        not_before=read_instant_claim(content.get("nbf")),
        expires_at=read_instant_claim(content.get("exp")),
        challenge=_text(content.get(_NONCE)) if presented else None,
        domains=tuple(item for item in as_list(content.get("aud")) if isinstance(item, str)) if presented else (),
    )
    # 1
    refused = _header_outcome(token.jws.header, _kind_of(content))
    if refused is not None:
        return replace(stated, outcome=refused[0], member=refused[1])
    # 2
    if not token.key_id:
        return replace(stated, outcome=TokenOutcome.KEY_NOT_NAMED, member="kid")
    # 3
    method = resolve_method(token.key_id)
    if method is None:
        return replace(stated, outcome=TokenOutcome.METHOD_UNRESOLVED, member="kid")
    key = method if isinstance(method, PublicKey) else method.public_key
    if key is None:
        return replace(stated, outcome=TokenOutcome.METHOD_KEY_UNUSABLE, member="kid")
    # 4
    if not jws.fits(token.jws, key):
        return replace(stated, outcome=TokenOutcome.KEY_TYPE_MISMATCH, member="alg")
    # 5
    if not jws.holds(token.jws, key):
        return replace(stated, outcome=TokenOutcome.SIGNATURE_INVALID, signature_holds=False)
    held = replace(stated, signature_holds=True, public_key=key)
    # 6
    if not isinstance(method, PublicKey) and not is_for(method, AUTHENTICATION if presented else ASSERTION_METHOD):
        return replace(held, outcome=TokenOutcome.METHOD_NOT_FOR_PURPOSE, member="kid")
    # 7
    contradicted = _claims_outcome(token.jws.header, content)
    return held if contradicted is None else replace(held, outcome=contradicted[0], member=contradicted[1])


def _kind_of(content: Mapping[str, Any]) -> _Kind:
    if _is_presentation(content):
        return _PRESENTATION_TYPE
    return _MANIFEST_KIND if is_manifest(content) else _CREDENTIAL_TYPE


def is_manifest(content: object) -> bool:
    """Whether ``content`` is a manifest by its own words: of that type alone, without a context."""
    return isinstance(content, Mapping) and content.get("type") == MANIFEST_TYPE and "@context" not in content


async def secure_manifest(manifest: Mapping[str, Any], *, signer: Signer, key_id: str) -> bytes:
    """Return a manifest as a token, with the payload in canonical form (RFC 8785).

    Raises:
        DocumentTooLarge, SigningFailed, SelfCheckFailed: as :func:`secure`.
    """
    header = {"kid": key_id, "typ": "enhance-manifest+jwt", "cty": "json"}
    return await jws.sign_compact(canonical(manifest), header, signer=signer)


def _is_presentation(content: object) -> bool:
    return isinstance(content, Mapping) and "VerifiablePresentation" in as_list(content.get("type"))


def _header_outcome(header: Mapping[str, JsonValue], expected: _Kind) -> tuple[TokenOutcome, str] | None:
    refusal = jws.refusal_of(header, PROFILE)
    if refusal is not None:
        return HEADER_OUTCOMES[refusal.problem], refusal.member
    if _media_type(header.get("typ")) != expected.media_type:
        return TokenOutcome.TYPE_WRONG, "typ"
    if "cty" in header and _media_type(header["cty"]) != expected.content_media_type:
        return TokenOutcome.TYPE_WRONG, "cty"
    return None


def _media_type(stated: JsonValue) -> str | None:
    """Return a media type in full and small letters: ``application/`` may be left out (RFC 7515 section 4.1.9)."""
    if not isinstance(stated, str):
        return None
    return (stated if "/" in stated else f"application/{stated}").lower()


def _claims_outcome(header: Mapping[str, JsonValue], content: Mapping[str, Any]) -> tuple[TokenOutcome, str] | None:
    """Return which claim must not be there, cannot be read, or contradicts the credential; step 7."""
    for name in FORBIDDEN_CLAIMS:
        if name in content:
            return TokenOutcome.CLAIM_FORBIDDEN, name
    for name in _INSTANTS:
        if name in content and read_instant_claim(content[name]) is None:
            return TokenOutcome.CLAIM_MALFORMED, name
    presented = _is_presentation(content)
    issuer = content.get("holder" if presented else "issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    if presented and issuer is None:
        # A presentation need not name its holder; the key's name does then.
        issuer = (_text(header.get("kid")) or "").partition("#")[0]
    for claims in (header, content):
        if "iss" in claims and claims["iss"] != issuer:
            return TokenOutcome.CLAIM_DIFFERS, "iss"
    if "jti" in content and content["jti"] != content.get("id", content["jti"]):
        return TokenOutcome.CLAIM_DIFFERS, "jti"
    subjects = content.get("credentialSubject")
    ids = [item["id"] for item in as_list(subjects) if isinstance(item, dict) and "id" in item]
    if "sub" in content and ids and content["sub"] not in ids:
        return TokenOutcome.CLAIM_DIFFERS, "sub"
    return None


def read_instant_claim(value: JsonValue) -> datetime | None:
    """Read a NumericDate (RFC 7519 section 2); ``None`` where it is none, or none that a calendar has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
