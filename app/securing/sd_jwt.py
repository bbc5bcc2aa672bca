"""Selective disclosure: SD-JWT and SD-JWT+KB (RFC 9901), and what SD-JWT VC (draft -19) asks of a credential in one.

Only the compact serialisation (RFC 9901 section 4). An issuer signs digests in the place of claims; whoever holds the
token shows the claims that it chooses, each as a *Disclosure* whose digest was signed.

**Reading** (:func:`read`) takes a token apart and puts the disclosed claims back (RFC 9901 section 7.1 step 3). Nothing
is trusted yet. What is no token raises; what breaks a rule of selective disclosure is a finding, and a token with a
finding never verifies:

1. Each Disclosure is base64url of a JSON array of a salt, a claim name and a value (section 4.2.1), or of a salt and a
   value (section 4.2.2); none comes twice.
2. ``_sd_alg`` stands at the top and nowhere else, and names a hash function that is used here (section 4.1.1).
3. ``_sd`` holds digests and nothing else, ``...`` stands alone in an element of an array and holds one (section 4.2.4);
   neither stands anywhere else.
4. A claim that is put back takes nobody's place, and is not called ``_sd``, ``...`` or ``_sd_alg``.
5. No digest comes twice, and every Disclosure is referred to (section 7.1 steps 4 and 5). Digests without a Disclosure
   are decoys or claims that were not shown: both are passed over.
6. What tells a verifier whether to believe a credential is never shown selectively (SD-JWT VC section 2.2.2.3).

**Checking** (:func:`check`) in this order; the first step that fails names the outcome.

7. The header is of the profile (:mod:`app.securing.jws`) and ``typ`` is one of an SD-JWT VC.
8. ``kid`` resolves to a key that can be used, and ``alg`` is the one of that key. A key in the first certificate of
   ``x5c`` must be the same: it tells who vouches for the key, and is never the reason to believe it.
9. The signature holds, and the method is one for assertions.
10. Steps 1 to 6 found nothing.
11. ``iat``, ``nbf`` and ``exp`` can be read; whoever knows the time asks them.

**Key binding** (:func:`check_key_binding`, section 7.3 step 5): signed by the key that the *issuer* confirmed in
``cnf``, of type ``kb+jwt``, over exactly what is presented (``sd_hash``), with ``iat``, ``aud`` and ``nonce`` as they
must be. Whether ``aud`` and ``nonce`` are the right ones is for whoever asked for them.
"""

import base64
import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.errors import Finding, ServiceError
from app.keys import ASSERTION_METHOD, KeyRefused, PublicKey, Signer
from app.securing import jws
from app.securing.data_integrity import ResolveMethod, SelfCheckFailed, is_for
from app.securing.jws import MAX_PAYLOAD_BYTES, HeaderProfile, Jws, MalformedToken
from app.securing.vc_jose import HEADER_OUTCOMES, TokenOutcome, TokenResult, read_instant_claim
from app.strict_json import MAX_DEPTH, JsonValue, parse

MEDIA_TYPE: Final = "application/dc+sd-jwt"
TYPE: Final = "dc+sd-jwt"
CREDENTIAL_TYPES: Final = frozenset({TYPE, "vc+sd-jwt"})
"""``typ`` of a credential; the second is the name that drafts of SD-JWT VC used until November 2024 (section 2.2.1)."""
KEY_BINDING_TYPE: Final = "kb+jwt"
MAX_DISCLOSURES: Final = 512
_SALT_BYTES: Final = 16

HASHES: Final[Mapping[str, str]] = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
"""From names of the IANA registry "Named Information Hash Algorithm" to those of the library. Nothing weaker."""
DEFAULT_HASH: Final = "sha-256"

NEVER_DISCLOSED: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""SD-JWT VC section 2.2.2.3: these must not be in Disclosures."""
_RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})

_PROFILE: Final = HeaderProfile(frozenset({"kid", "typ"}), shaped=frozenset({"x5c", "vctm"}))
_KEY_BINDING_PROFILE: Final = HeaderProfile(frozenset({"kid", "typ"}))
_INSTANTS: Final = ("iat", "nbf", "exp")
_RFC: Final = "RFC 9901, "
_VC: Final = "SD-JWT VC, "


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """The Key Binding JWT at the end of a presentation; nothing about it is trusted yet."""

    jws: Jws
    content: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class SdJwt:
    """A token taken apart; nothing about it is trusted yet.

    ``content`` is the payload as it was signed, digests and all; ``document`` the same with the disclosed claims in
    their places and without digests (the *Processed SD-JWT Payload*). ``disclosed`` names the claims at the top that
    were put back. ``findings`` are the broken rules of selective disclosure; with any, ``document`` means nothing.
    ``presented`` is what a key binding signs the hash of.
    """

    jws: Jws
    content: Mapping[str, JsonValue]
    document: Mapping[str, JsonValue]
    disclosures: tuple[bytes, ...]
    disclosed: frozenset[str]
    findings: tuple[Finding, ...]
    presented: bytes
    key_binding: KeyBinding | None = None

    @property
    def key_id(self) -> str | None:
        """The key that the header names. To be compared with known ones, never to be opened."""
        return _text(self.jws.header.get("kid"))

    @property
    def holder_key(self) -> PublicKey | None:
        """The key that the issuer confirmed (RFC 7800 section 3.2), if it is there and can be used."""
        return confirmed_key(self.content)


@dataclass(frozen=True, slots=True)
class SdJwtResult(TokenResult):
    """What an SD-JWT, or the key binding of one, comes to: as for any token."""


def confirmed_key(claims: Mapping[str, JsonValue]) -> PublicKey | None:
    """Return the key that ``cnf`` holds (RFC 7800 section 3.2), if it is there and can be used."""
    confirmed = claims.get("cnf")
    jwk = confirmed.get("jwk") if isinstance(confirmed, dict) else None
    if not isinstance(jwk, dict):
        return None
    try:
        return PublicKey.from_jwk(jwk)
    except (ServiceError, ValueError, TypeError, KeyError):
        return None


def thumbprint_uri(key: PublicKey) -> str:
    """Return the name of a key that has no other (RFC 9278, over the thumbprint of RFC 7638)."""
    canonical = orjson.dumps(key.jwk(), option=orjson.OPT_SORT_KEYS)
    thumbprint = jws.encode_base64url(hashlib.sha256(canonical).digest()).decode("ascii")
    return f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{thumbprint}"


def is_sd_jwt(text: bytes) -> bool:
    """Whether ``text`` is meant to be an SD-JWT: a token with a tilde, which no other compact form has.

    A JSON text is none, with whatever tildes in it.
    """
    return b"~" in text and not text.startswith(b"{")


# --- Issuing ----------------------------------------------------------------------------------------------------------


async def issue(
    claims: Mapping[str, Any],
    disclosable: Collection[str],
    *,
    signer: Signer,
    header: Mapping[str, JsonValue],
    holder: PublicKey | None = None,
    least_digests: int = 0,
) -> bytes:
    """Return ``claims`` as an SD-JWT in compact form, with all Disclosures, as it goes to its holder.

    Those named in ``disclosable`` become Disclosures with salts of their own. ``header`` says ``kid`` and may say
    ``x5c``; ``typ`` and ``alg`` are added. ``holder`` is confirmed as ``cnf``. Decoys fill ``_sd`` up to
    ``least_digests``, so that the number of digests does not tell which claims there are (section 4.2.5).

    Raises:
        DocumentTooLarge: larger than a token may be.
        SigningFailed: the signer is not available.
        SelfCheckFailed: the finished token does not say what it was to say, or does not hold.
    """
    if not NEVER_DISCLOSED.isdisjoint(disclosable) or not _RESERVED.isdisjoint(claims) or "cnf" in claims:
        raise ValueError("a claim has a name or a place that selective disclosure does not admit")
    disclosures = [_disclosure(name, claims[name]) for name in claims if name in disclosable]
    digests = [_digest(one, DEFAULT_HASH) for one in disclosures]
    # Digests of what nobody knows: a decoy cannot be told from a claim that is not shown.
    digests += [_digest(secrets.token_bytes(32), DEFAULT_HASH) for _ in range(least_digests - len(digests))]
    payload: dict[str, Any] = {name: value for name, value in claims.items() if name not in disclosable}
    if holder is not None:
        payload["cnf"] = {"jwk": holder.jwk()}
    if digests:
        # Sorted by what the salts made of them, so that their order says nothing either.
        payload |= {"_sd": sorted(digests), "_sd_alg": DEFAULT_HASH}
    signed = await jws.sign_compact(orjson.dumps(payload), {"typ": TYPE, **header}, signer=signer)
    token = b"~".join([signed, *disclosures, b""])
    read_back = read(token)
    result = check(read_back, lambda _: signer.public_key)
    meant = {**claims, **({} if holder is None else {"cnf": payload["cnf"]})}
    if not result.verified or read_back.document != orjson.loads(orjson.dumps(meant)):
        raise SelfCheckFailed(f"The token would not be read as what it holds: {result.outcome} {result.member}.")
    return token


def _disclosure(name: str, value: object) -> bytes:
    salt = base64.urlsafe_b64encode(secrets.token_bytes(_SALT_BYTES)).rstrip(b"=").decode("ascii")
    return jws.encode_base64url(orjson.dumps([salt, name, value]))


def _digest(disclosure: bytes, algorithm: str) -> str:
    """Return the digest of a Disclosure as it is written: over its base64url text (section 4.2.3)."""
    return jws.encode_base64url(hashlib.new(HASHES[algorithm], disclosure).digest()).decode("ascii")


# --- Reading ----------------------------------------------------------------------------------------------------------


def read(token: bytes, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES, max_depth: int = MAX_DEPTH) -> SdJwt:
    """Take a token in compact form apart (section 4).

    Raises:
        MalformedToken: not a signed token, Disclosures and perhaps a key binding, with a tilde after each but the last.
        MalformedJson: the payload of the token, or of its key binding, is not one JSON text.
    """
    signed, *rest = token.split(b"~", MAX_DISCLOSURES + 1)
    if not rest or b"~" in rest[-1]:
        _malformed(
            "sd-jwt-parts", f"An SD-JWT has a tilde after each of its parts and at most {MAX_DISCLOSURES} Disclosures."
        )
    *disclosures, binding = rest
    parts = jws.parse_compact(signed, max_payload_bytes=max_payload_bytes)
    content = _object(parse(parts.payload, max_bytes=max_payload_bytes, max_depth=max_depth))
    put_back = _Disclosing(content, disclosures, max_depth)
    document = put_back.document()
    return SdJwt(
        jws=parts,
        content=content,
        document=document,
        disclosures=tuple(disclosures),
        disclosed=frozenset(document.keys() - content.keys()),
        findings=tuple(put_back.findings),
        presented=token[: len(token) - len(binding)],
        key_binding=_key_binding(binding, max_payload_bytes, max_depth) if binding else None,
    )


def _key_binding(token: bytes, max_payload_bytes: int, max_depth: int) -> KeyBinding:
    parts = jws.parse_compact(token, max_payload_bytes=max_payload_bytes)
    return KeyBinding(parts, _object(parse(parts.payload, max_bytes=max_payload_bytes, max_depth=max_depth)))


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(value, dict):
        _malformed("token-payload-not-an-object", "The payload of the token is not one JSON object.")
    return value


def _malformed(code: str, detail: str) -> NoReturn:
    raise MalformedToken(detail, findings=[Finding(code, "#", detail, _RFC + "4")])


class _Disclosing:
    """Puts the disclosed claims back into one payload; steps 1 to 6."""

    def __init__(self, content: Mapping[str, JsonValue], disclosures: Sequence[bytes], max_depth: int) -> None:
        self._content = content
        self._max_depth = max_depth
        self.findings: list[Finding] = []
        self._seen: set[str] = set()
        self._used: set[str] = set()
        # 2
        self._algorithm = self._stated_algorithm()
        # 1
        self._by_digest: dict[str, tuple[int, list[JsonValue] | None]] = {}
        for number, disclosure in enumerate(disclosures, 1):
            digest = _digest(disclosure, self._algorithm)
            if digest in self._by_digest:
                self._find("disclosure-repeated", f"Disclosure {number} has come before.", "7.1 step 4")
            else:
                self._by_digest[digest] = number, self._opened(number, disclosure)

    def document(self) -> dict[str, JsonValue]:
        processed = self._object(self._content, 0)
        processed.pop("_sd_alg", None)
        # 5
        for digest, (number, _) in self._by_digest.items():
            if digest not in self._used:
                words = f"Nothing that was signed refers to Disclosure {number}."
                self._find("disclosure-not-referenced", words, "7.1 step 5")
        # 6
        for name in sorted(NEVER_DISCLOSED & (processed.keys() - self._content.keys())):
            self.findings.append(
                Finding(
                    "claim-never-disclosed",
                    "#",
                    f"`{name}` must not be shown selectively: it says whether to believe the rest.",
                    _VC + "2.2.2.3",
                )
            )
        return processed

    def _find(self, code: str, detail: str, section: str) -> None:
        self.findings.append(Finding(code, "#", detail, _RFC + section))

    def _stated_algorithm(self) -> str:
        stated = self._content.get("_sd_alg", DEFAULT_HASH)
        if isinstance(stated, str) and stated in HASHES:
            return stated
        self._find("disclosure-hash-unknown", "`_sd_alg` names no hash function that is used here.", "4.1.1")
        return DEFAULT_HASH

    def _opened(self, number: int, disclosure: bytes) -> list[JsonValue] | None:
        try:
            raw = jws.decode_base64url(disclosure)
            # A Disclosure lies some levels deep already; what it adds is bounded when it is put back.
            value = parse(raw, max_bytes=MAX_PAYLOAD_BYTES, max_depth=self._max_depth)
        except (ValueError, ServiceError):
            value = None
        if isinstance(value, list) and len(value) in (2, 3) and isinstance(value[0], str):
            return value
        self._find(
            "disclosure-malformed", f"Disclosure {number} is no JSON array of the form that it must have.", "4.2"
        )
        return None

    def _value(self, value: JsonValue, depth: int) -> JsonValue:
        if depth > self._max_depth:
            self._find("disclosure-too-deep", "Disclosures lie deeper in each other than is read here.", "7.1 step 3")
            return None
        if isinstance(value, dict):
            return self._object(value, depth)
        return self._array(value, depth) if isinstance(value, list) else value

    def _object(self, value: Mapping[str, JsonValue], depth: int) -> dict[str, JsonValue]:
        processed: dict[str, JsonValue] = {}
        for name, held in value.items():
            if name == "_sd":
                continue
            # 3
            if name == "...":
                self._find("digest-misplaced", "`...` stands where no element of an array is.", "4.1")
            elif name == "_sd_alg" and depth:
                self._find("digest-misplaced", "`_sd_alg` stands below the top.", "4.1.1")
            processed[name] = self._value(held, depth + 1)
        for digest in self._digests(value.get("_sd", [])):
            self._put_back(digest, processed, depth)
        return processed

    def _digests(self, stated: JsonValue) -> list[str]:
        # 3
        if not isinstance(stated, list) or not all(isinstance(item, str) for item in stated):
            self._find("digest-misplaced", "`_sd` is no list of digests.", "4.2.4.1")
            return []
        return [item for item in stated if isinstance(item, str)]

    def _disclosed_by(self, digest: str, length: int) -> list[JsonValue] | None:
        """Return what a digest stands for, if that was shown and has ``length`` parts."""
        # 5
        if digest in self._seen:
            self._find("digest-repeated", "A digest stands in more than one place.", "7.1 step 4")
            return None
        self._seen.add(digest)
        number, found = self._by_digest.get(digest, (0, None))
        if not number:
            return None
        self._used.add(digest)
        if found is not None and len(found) != length:
            where = "a claim of an object" if length == 3 else "an element of an array"  # noqa: PLR2004 - section 4.2.1
            self._find("disclosure-misplaced", f"Disclosure {number} is not one of {where}.", "7.1 step 3.3")
            return None
        return found

    def _put_back(self, digest: str, processed: dict[str, JsonValue], depth: int) -> None:
        found = self._disclosed_by(digest, 3)
        if found is None:
            return
        _, name, value = found
        # 4
        if not isinstance(name, str) or name in _RESERVED:
            self._find("disclosure-name-reserved", "A Disclosure has no name, or a reserved one.", "7.1 step 3.3.2.2")
        elif name in processed:
            self._find("disclosure-name-taken", "A Disclosure has the name of another claim.", "7.1 step 3.3.2.3")
        else:
            processed[name] = self._value(value, depth + 1)

    def _array(self, value: Sequence[JsonValue], depth: int) -> list[JsonValue]:
        processed: list[JsonValue] = []
        for item in value:
            if not isinstance(item, dict) or "..." not in item:
                processed.append(self._value(item, depth + 1))
                continue
            digest = item["..."]
            # 3
            if len(item) != 1 or not isinstance(digest, str):
                self._find("digest-misplaced", "`...` does not stand alone, or holds no digest.", "4.2.4.2")
                continue
            found = self._disclosed_by(digest, 2)
            if found is not None:
                processed.append(self._value(found[1], depth + 1))
        return processed


# --- Checking ---------------------------------------------------------------------------------------------------------


def check(token: SdJwt, resolve_method: ResolveMethod, *, types: Collection[str] = CREDENTIAL_TYPES) -> SdJwtResult:
    """Return what ``token`` comes to, by the numbered steps. Bad input never raises: it has an outcome.

    ``resolve_method`` is asked for ``kid``, or for the empty text where the header names no key.
    """
    stated = SdJwtResult(
        TokenOutcome.VERIFIED,
        algorithm=_text(token.jws.header.get("alg")),
        verification_method=token.key_id,
        created_at=read_instant_claim(token.content.get("iat")),
    )
    # 7
    refused = _header_outcome(token.jws, _PROFILE, types)
    if refused is not None:
        return replace(stated, outcome=refused[0], member=refused[1])
    # 8
    method = resolve_method(token.key_id or "")
    if method is None:
        return replace(stated, outcome=TokenOutcome.METHOD_UNRESOLVED, member="kid")
    key = method if isinstance(method, PublicKey) else method.public_key
    if key is None:
        return replace(stated, outcome=TokenOutcome.METHOD_KEY_UNUSABLE, member="kid")
    if not jws.fits(token.jws, key):
        return replace(stated, outcome=TokenOutcome.KEY_TYPE_MISMATCH, member="alg")
    if "x5c" in token.jws.header and _certified_key(token.jws.header["x5c"]) != key:
        return replace(stated, outcome=TokenOutcome.KEY_TYPE_MISMATCH, member="x5c")
    # 9
    if not jws.holds(token.jws, key):
        return replace(stated, outcome=TokenOutcome.SIGNATURE_INVALID, signature_holds=False)
    held = replace(stated, signature_holds=True, public_key=key)
    if not isinstance(method, PublicKey) and not is_for(method, ASSERTION_METHOD):
        return replace(held, outcome=TokenOutcome.METHOD_NOT_FOR_PURPOSE, member="kid")
    # 10
    if token.findings:
        return replace(held, outcome=TokenOutcome.DISCLOSURE_WRONG)
    # 11
    for name in _INSTANTS:
        if name in token.document and read_instant_claim(token.document[name]) is None:
            return replace(held, outcome=TokenOutcome.CLAIM_MALFORMED, member=name)
    return held


def check_key_binding(token: SdJwt) -> SdJwtResult:
    """Return what the key binding of ``token`` comes to (section 7.3 step 5); it must have one.

    ``challenge`` is its nonce, ``domains`` its audience. That the credential itself holds is another question.
    """
    binding = token.key_binding
    if binding is None:
        raise ValueError("there is no key binding to check")
    content = binding.content
    audience, nonce = content.get("aud"), content.get("nonce")
    stated = SdJwtResult(
        TokenOutcome.VERIFIED,
        algorithm=_text(binding.jws.header.get("alg")),
        created_at=read_instant_claim(content.get("iat")),
        challenge=_text(nonce),
        domains=(audience,) if isinstance(audience, str) else (),
    )
    refused = _header_outcome(binding.jws, _KEY_BINDING_PROFILE, {KEY_BINDING_TYPE})
    if refused is not None:
        return replace(stated, outcome=refused[0], member=refused[1])
    key = token.holder_key
    if key is None:
        return replace(stated, outcome=TokenOutcome.METHOD_UNRESOLVED, member="cnf")
    if not jws.fits(binding.jws, key):
        return replace(stated, outcome=TokenOutcome.KEY_TYPE_MISMATCH, member="alg")
    if not jws.holds(binding.jws, key):
        return replace(stated, outcome=TokenOutcome.SIGNATURE_INVALID, signature_holds=False)
    held = replace(stated, signature_holds=True, public_key=key)
    for name, usable in (
        ("iat", stated.created_at is not None),
        ("aud", isinstance(audience, str)),
        ("nonce", isinstance(nonce, str)),
        ("sd_hash", isinstance(content.get("sd_hash"), str)),
        *((name, read_instant_claim(content[name]) is not None) for name in ("nbf", "exp") if name in content),
    ):
        if not usable:
            return replace(held, outcome=TokenOutcome.CLAIM_MALFORMED, member=name)
    algorithm = token.content.get("_sd_alg", DEFAULT_HASH)
    if not isinstance(algorithm, str) or algorithm not in HASHES:
        return replace(held, outcome=TokenOutcome.DISCLOSURE_WRONG, member="_sd_alg")
    if content["sd_hash"] != _digest(token.presented, algorithm):
        return replace(held, outcome=TokenOutcome.CLAIM_DIFFERS, member="sd_hash")
    return replace(
        held,
        not_before=read_instant_claim(content.get("nbf")),
        expires_at=read_instant_claim(content.get("exp")),
    )


def _header_outcome(parts: Jws, profile: HeaderProfile, types: Collection[str]) -> tuple[TokenOutcome, str] | None:
    refusal = jws.refusal_of(parts.header, profile)
    if refusal is not None:
        return HEADER_OUTCOMES[refusal.problem], refusal.member
    stated = parts.header.get("typ")
    if not isinstance(stated, str) or stated.lower().removeprefix("application/") not in types:
        return TokenOutcome.TYPE_WRONG, "typ"
    return None


def _certified_key(stated: JsonValue) -> PublicKey | None:
    """Return the key of the first certificate of ``x5c`` (RFC 7515 section 4.1.6), if it is one that is used here."""
    first = stated[0] if isinstance(stated, list) and stated else None
    if not isinstance(first, str):
        return None
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(first, validate=True)).public_key()
        if isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
            return PublicKey.of_library_key(key)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, KeyRefused):
        pass  # a key of an unknown kind is no ValueError to the library
    return None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
