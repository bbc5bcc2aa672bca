"""Seals: JAdES baseline signatures (ETSI TS 119 182-1) in the general JSON serialisation, as Europass writes them.

The payload is a credential, carried as a JSON string and signed as the UTF-8 of that string (``b64`` false, RFC 7797),
or carried in base64url. It is never written again: whoever re-formats the text around it changes nothing, whoever
re-formats the payload breaks the seal.

**Reading** (:func:`read`) takes a seal apart; nothing about it is trusted yet.

1. Exactly ``payload`` and ``signatures``; one signature; exactly ``protected``, ``signature`` and at most ``header``,
   whose only member is ``etsiU``. Two signatures, or an algorithm where no signature covers it, are no seal here.
2. base64url, JSON and bounds as :mod:`app.securing.jws` has them; the payload is one JSON text.

**Checking** (:func:`check`) in this order; the first step that fails names the outcome.

1. The header is of the profile (:mod:`app.securing.jws`): ``crit``, no key of its own, an ``alg`` of the list.
2. Baseline B (clause 6): ``x5c``, exactly one of ``x5t#S256``, ``x5t#o`` and ``sigX5ts``, exactly one of ``iat`` and
   ``sigT``. Version 1.2.1 has ``iat`` alone, so a seal that claims by ``sigT`` a time since 15 July 2025 is none.
3. The thumbprint is that of the first certificate of ``x5c``, whose key can be used: EC P-256 or P-384, RSA of 2048
   bits or more.
4. ``alg`` is one of that key.
5. The signature holds.
6. ``etsiU`` is a list of entries written in one way, each one that is known here; those that hold references instead
   of values have no place in a baseline seal.
7. Every time-stamp is intact (:mod:`app.securing.timestamp`) and is one of what it must cover: ``adoTst`` of the
   payload, ``sigTst`` of the signature as it is written, ``arcTst`` of payload, header, signature and all entries
   before it.

Who stands behind the certificate and the time-stamps is asked of nobody here: ``trust`` judges that.

**Sealing** (:func:`secure`) makes level B and takes its own result apart again before it leaves.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, NoReturn

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from app.errors import Finding, ServiceError, json_pointer
from app.instants import read_instant
from app.keys import KeyRefused, PublicKey, RsaPublicKey, SealSigner
from app.securing import jws
from app.securing.data_integrity import SelfCheckFailed
from app.securing.jws import HeaderProblem, HeaderProfile, Jws, MalformedToken, decode_base64url
from app.securing.timestamp import MalformedTimestamp, Timestamp, read_timestamp
from app.strict_json import MAX_BYTES, MAX_DEPTH, JsonValue, MalformedJson, parse

MEDIA_TYPE: Final = "application/jose+json"
MAX_HEADER_BYTES: Final = 64 * 1024
"""More than of a token: certificates stand in it, and perhaps a time-stamp."""
MAX_ENTRIES: Final = 256
"""Each renewal adds two, and a seal may be renewed each year for longer than anybody reads it."""
MAX_ENTRY_BYTES: Final = 4 * 1024 * 1024
"""A revocation list of two megabytes fits (:data:`app.trust.revocation.LIST_BYTES`); the door bounds the whole."""
MAX_TOKENS: Final = 32
MAX_CERTIFICATES: Final = 64
SMALLEST_RSA: Final = 2048
IAT_ALONE_SINCE: Final = datetime(2025, 7, 15, tzinfo=UTC)
"""TS 119 182-1 v1.2.1: from then on a claimed time is written as ``iat``."""

_CITATION: Final = "ETSI TS 119 182-1"
_RSA_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
RSA_ALGORITHMS: Final = frozenset(f"{kind}{size}" for kind in ("RS", "PS") for size in _RSA_HASHES)
PROFILE: Final = HeaderProfile(
    members=frozenset({"kid", "typ", "cty", "x5t#S256"}),
    algorithms=frozenset({"ES256", "ES384"}) | RSA_ALGORITHMS,
    critical=frozenset({"b64", "sigT", "iat", "x5t#o", "sigX5ts", "srCms", "sigPl", "adoTst"}),
    shaped=frozenset({"x5c"}),
)
"""``srAts``, ``sigPId`` and ``sigD`` are not among what is understood: a policy, an attribute or a detached object that
nobody reads must not look as if somebody had."""
_THUMBPRINTS: Final = ("x5t#S256", "x5t#o", "sigX5ts")
_DIGESTS: Final = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}
_SIG_T: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

_VALUES: Final = frozenset({"xVals", "rVals", "axVals", "arVals", "anyValData", "tstVD"})
_REFERENCES: Final = frozenset({"xRefs", "rRefs", "axRefs", "arRefs", "sigRTst", "rfsTst"})


class SealOutcome(StrEnum):
    """What checking one seal came to. Closed: a reader of results handles them all."""

    VERIFIED = "verified"
    # step 1
    HEADER_REFUSED = "header-refused"
    HEADER_NOT_SUPPORTED = "header-not-supported"
    UNSIGNED = "unsigned"
    ALGORITHM_UNKNOWN = "algorithm-unknown"
    # steps 2 and 6
    NOT_BASELINE = "not-baseline"
    # step 3
    CERTIFICATE_UNUSABLE = "certificate-unusable"
    CERTIFICATE_DIFFERS = "certificate-differs"
    # step 4
    KEY_TYPE_MISMATCH = "key-type-mismatch"
    # step 5
    SIGNATURE_INVALID = "signature-invalid"
    # step 6
    EVIDENCE_NOT_SUPPORTED = "evidence-not-supported"
    # step 7
    TIMESTAMP_WRONG = "timestamp-wrong"


_OUTCOMES: Final[Mapping[HeaderProblem, SealOutcome]] = {
    HeaderProblem.CRITICAL: SealOutcome.HEADER_REFUSED,
    HeaderProblem.OWN_KEY: SealOutcome.HEADER_REFUSED,
    HeaderProblem.MALFORMED: SealOutcome.HEADER_REFUSED,
    HeaderProblem.UNSIGNED: SealOutcome.UNSIGNED,
    HeaderProblem.ALGORITHM: SealOutcome.ALGORITHM_UNKNOWN,
    HeaderProblem.MEMBER: SealOutcome.HEADER_NOT_SUPPORTED,
}


class Level(StrEnum):
    """Baseline levels, by the evidence that a seal carries; whether that is to be believed is another question."""

    B = "B"
    T = "T"
    LT = "LT"
    LTA = "LTA"


class Stamped(StrEnum):
    """What a time-stamp in a seal is of."""

    PAYLOAD = "adoTst"
    SIGNATURE = "sigTst"
    ARCHIVE = "arcTst"


@dataclass(frozen=True, slots=True)
class SealTimestamp:
    """An intact time-stamp in its place. Of archive time-stamps ``position`` says which entries it covers."""

    of: Stamped
    position: int
    timestamp: Timestamp

    @property
    def moment(self) -> datetime:
        """When the authority says that it existed."""
        return self.timestamp.moment

    @property
    def signer(self) -> bytes:
        """The authority's certificate in DER."""
        return self.timestamp.signer

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """All certificates in the token, in DER."""
        return self.timestamp.certificates

    @property
    def archive(self) -> bool:
        """Whether it covers everything before it."""
        return self.of is Stamped.ARCHIVE


@dataclass(frozen=True, slots=True)
class SealEvidence:
    """What a seal brings along, in DER, as it stands there; ``position`` is that of the entry of ``etsiU``."""

    position: int
    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal taken apart; nothing about it is trusted yet. ``document`` is the payload as JSON."""

    jws: Jws
    protected: str
    written_payload: bytes
    written_signature: str
    entries: JsonValue
    document: JsonValue


@dataclass(frozen=True, slots=True)
class SealResult:
    """One seal: what it states, and what came out.

    ``member`` is the member at fault. ``chain`` is ``x5c`` in DER, the sealing certificate first; ``timestamps`` and
    ``evidence`` are there only of a seal whose every step held. Not judged here are time and trust.
    """

    outcome: SealOutcome
    member: str | None = None
    signature_holds: bool | None = None
    algorithm: str | None = None
    created_at: datetime | None = None
    # What other mechanisms may state and a seal never does.
    verification_method: ClassVar[None] = None
    public_key: ClassVar[None] = None
    expires_at: ClassVar[None] = None
    challenge: ClassVar[None] = None
    domains: ClassVar[tuple[str, ...]] = ()

    chain: tuple[bytes, ...] = ()
    timestamps: tuple[SealTimestamp, ...] = ()
    evidence: tuple[SealEvidence, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether every step held."""
        return self.outcome is SealOutcome.VERIFIED

    @property
    def stamps(self) -> tuple[SealTimestamp, ...]:
        """The time-stamps that cover the signature; of ``adoTst`` the signature knows, but not the other way round."""
        return tuple(stamp for stamp in self.timestamps if stamp.of is not Stamped.PAYLOAD)

    @property
    def created(self) -> str | None:
        """When it was made, by its own account."""
        return None if self.created_at is None else self.created_at.isoformat().replace("+00:00", "Z")

    @property
    def level(self) -> Level:
        """How far the evidence goes (clause 6.1)."""
        kinds = {stamp.of for stamp in self.timestamps}
        if Stamped.SIGNATURE not in kinds:
            return Level.B
        if not self.evidence:
            return Level.T
        return Level.LTA if Stamped.ARCHIVE in kinds else Level.LT


# --- Reading ----------------------------------------------------------------------------------------------------------


def is_seal(value: JsonValue) -> bool:
    """Whether ``value`` is written as a seal: it may be a broken one."""
    return isinstance(value, dict) and {"payload", "signatures"} <= value.keys()


def read(value: Mapping[str, JsonValue], *, max_payload_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Seal:
    """Take a seal apart.

    Raises:
        MalformedToken: not one seal of one signature.
        MalformedJson: the payload is not one JSON text.
    """
    # 1
    payload, signatures = value.get("payload"), value.get("signatures")
    if value.keys() != {"payload", "signatures"}:
        _refuse("seal-members", "#", "A seal has the members payload and signatures, and no others.")
    if not isinstance(payload, str):
        _refuse("seal-members", "#/payload", "The payload of a seal is a text.")
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        _refuse("seal-one-signature", "#/signatures", "A seal has one signature.")
    signature = signatures[0]
    protected, raw, unprotected = signature.get("protected"), signature.get("signature"), signature.get("header", {})
    if not (signature.keys() <= {"protected", "signature", "header"} and _is_ascii(protected) and _is_ascii(raw)):
        _refuse("seal-members", "#/signatures/0", "A signature has the texts protected and signature, and header.")
    if not isinstance(unprotected, dict) or not unprotected.keys() <= {"etsiU"}:
        _refuse("seal-unprotected", "#/signatures/0/header", "Outside the signature stands etsiU and nothing else.")
    assert isinstance(protected, str)
    assert isinstance(raw, str)
    # 2
    decoded = []
    for text, bound, name in ((protected, MAX_HEADER_BYTES, "protected"), (raw, jws.MAX_SIGNATURE_BYTES, "signature")):
        pointer = json_pointer(["signatures", 0, name])
        try:
            decoded.append(decode_base64url(text.encode("ascii")))
        except ValueError as error:
            _refuse("token-not-base64url", pointer, f"This cannot be decoded: {error}.")
        if len(decoded[-1]) > bound:
            _refuse("token-part-too-large", pointer, f"This has more than {bound} bytes.")
    header = jws.read_header(decoded[0], max_bytes=MAX_HEADER_BYTES)
    try:
        written = payload.encode("utf-8")
        content = written if header.get("b64") is False else decode_base64url(written)
    except ValueError:  # half of a surrogate pair; or not base64url
        _refuse("seal-payload", "#/payload", "The payload is neither a text with b64 false nor base64url.")
    try:
        document = parse(content, max_bytes=max_payload_bytes, max_depth=max_depth)
    except MalformedJson as error:
        found = error.findings[0]
        raise MalformedToken(found.detail, findings=[replace(found, pointer="#/payload")]) from None
    covered = jws.signing_input(protected.encode("ascii"), written)
    return Seal(Jws(header, content, decoded[1], covered), protected, written, raw, unprotected.get("etsiU"), document)


def _is_ascii(value: JsonValue) -> bool:
    return isinstance(value, str) and value.isascii()


def _refuse(code: str, pointer: str, detail: str) -> NoReturn:
    raise MalformedToken(detail, findings=[Finding(code, pointer, detail, f"{_CITATION}; RFC 7515, 7.2.1")])


# --- Sealing ----------------------------------------------------------------------------------------------------------


async def secure(payload: bytes, *, signer: SealSigner, chain: Sequence[bytes], at: datetime) -> bytes:
    """Return ``payload``, one JSON text in UTF-8, under a seal of level B; it is carried as it is.

    ``chain`` is the sealing certificate and the authorities above it, in DER, without the root. ``payload`` is the
    first member of what is returned: Europass recognises a sealed file by that.

    Raises:
        SigningFailed: the signer is not available.
        SelfCheckFailed: the finished seal does not hold, or is not by the first certificate of ``chain``.
    """
    header = {
        "alg": _algorithm_of(signer),
        "cty": "json",
        "x5t#S256": jws.encode_base64url(hashlib.sha256(chain[0]).digest()).decode("ascii"),
        "x5c": [base64.b64encode(certificate).decode("ascii") for certificate in chain],
        "typ": "jose+json",
        "b64": False,
        "iat": int(at.timestamp()),
        "crit": ["b64"],
    }
    protected = jws.encode_base64url(orjson.dumps(header))
    signature = jws.encode_base64url(await signer.sign(jws.signing_input(protected, payload)))
    sealed = orjson.dumps(
        {
            "payload": payload.decode("utf-8"),
            "signatures": [{"protected": protected.decode("ascii"), "signature": signature.decode("ascii")}],
        }
    )
    value = orjson.loads(sealed)
    read_again = read(value, max_payload_bytes=len(payload))
    if read_again.jws.payload != payload or not check(read_again).verified:
        raise SelfCheckFailed("The new seal does not verify with its certificate.")
    return sealed


def _algorithm_of(signer: SealSigner) -> str:
    public_key = signer.public_key
    if isinstance(public_key, RsaPublicKey):
        return public_key.algorithm.value
    return jws.SIGNING_ALGORITHMS[public_key.algorithm]


# --- Checking ---------------------------------------------------------------------------------------------------------


class _Fails(Exception):
    """A step did not hold."""

    def __init__(self, outcome: SealOutcome, member: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.member = member


def check(seal: Seal) -> SealResult:
    """Return what ``seal`` comes to, by the numbered steps. Bad input never raises: it has an outcome."""
    header = seal.jws.header
    algorithm = header.get("alg")
    stated = SealResult(
        SealOutcome.VERIFIED,
        algorithm=algorithm if isinstance(algorithm, str) else None,
        created_at=_claimed_time(header),
    )
    try:
        # 1
        _check_profile(header)
        # 2
        _check_baseline(header, stated.created_at)
        # 3
        stated = replace(stated, chain=_chain(header))
        _check_thumbprint(header, stated.chain[0])
        # 4, 5
        stated = replace(stated, signature_holds=_holds(seal.jws, stated.chain[0]))
        if not stated.signature_holds:
            return replace(stated, outcome=SealOutcome.SIGNATURE_INVALID, member="signature")
        # 6
        entries = list(_entries(seal.entries))
        # 7
        timestamps = tuple(_timestamps(seal, entries))
        evidence = tuple(_evidence(entries))
    except _Fails as failure:
        return replace(stated, outcome=failure.outcome, member=failure.member)
    return replace(stated, timestamps=timestamps, evidence=evidence)


def _claimed_time(header: Mapping[str, JsonValue]) -> datetime | None:
    """Return the time that a seal claims: ``iat`` (RFC 7519 section 2, whole seconds) or ``sigT`` (v1.1.1)."""
    seconds, text = header.get("iat"), header.get("sigT")
    if isinstance(seconds, int) and not isinstance(seconds, bool):
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if isinstance(text, str) and _SIG_T.fullmatch(text):
        return read_instant(text)
    return None


def _check_profile(header: Mapping[str, JsonValue]) -> None:
    refused = jws.refusal_of(header, PROFILE)
    if refused is not None:
        raise _Fails(_OUTCOMES[refused.problem], refused.member)


def _check_baseline(header: Mapping[str, JsonValue], claimed: datetime | None) -> None:
    """Clause 6.3; step 2."""
    times = [name for name in ("iat", "sigT") if name in header]
    if len(times) != 1 or claimed is None:
        raise _Fails(SealOutcome.NOT_BASELINE, times[0] if times else "iat")
    if times == ["sigT"] and claimed >= IAT_ALONE_SINCE:
        raise _Fails(SealOutcome.NOT_BASELINE, "sigT")
    if len([name for name in _THUMBPRINTS if name in header]) != 1:
        raise _Fails(SealOutcome.NOT_BASELINE, "x5t#S256")
    if "x5c" not in header:
        raise _Fails(SealOutcome.NOT_BASELINE, "x5c")


def _chain(header: Mapping[str, JsonValue]) -> tuple[bytes, ...]:
    stated = header["x5c"]
    if not isinstance(stated, list) or not 1 <= len(stated) <= MAX_CERTIFICATES:
        raise _Fails(SealOutcome.CERTIFICATE_UNUSABLE, "x5c")
    return tuple(_octets(item, SealOutcome.CERTIFICATE_UNUSABLE, "x5c") for item in stated)


def _octets(value: JsonValue, outcome: SealOutcome, member: str) -> bytes:
    """Decode base64 as RFC 7515 section 4.1.6 and TS 119 182-1 have it for DER: padded, without white space."""
    if not isinstance(value, str) or not value.isascii():
        raise _Fails(outcome, member)
    try:
        data = binascii.a2b_base64(value, strict_mode=True)
    except binascii.Error:
        raise _Fails(outcome, member) from None
    if not data or base64.b64encode(data).decode("ascii") != value:
        raise _Fails(outcome, member)
    return data


def _check_thumbprint(header: Mapping[str, JsonValue], certificate: bytes) -> None:
    """Step 3: the signed header names the certificate by its digest (clauses 5.1.7 and 5.2.2)."""
    stated: JsonValue = header.get("x5t#S256")
    name, member = "sha256", "x5t#S256"
    if "x5t#S256" not in header:
        member = "x5t#o" if "x5t#o" in header else "sigX5ts"
        first = header[member]
        # `sigX5ts` names the whole path; the first is the sealing certificate.
        first = first[0] if member == "sigX5ts" and isinstance(first, list) and first else first
        algorithm = first.get("digAlg") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(algorithm, str) or algorithm not in _DIGESTS:
            raise _Fails(SealOutcome.NOT_BASELINE, member)
        name, stated = _DIGESTS[algorithm], first.get("digVal")
    digest = jws.encode_base64url(hashlib.new(name, certificate).digest()).decode("ascii")
    if stated != digest:
        raise _Fails(SealOutcome.CERTIFICATE_DIFFERS, member)


def _holds(signed: Jws, certificate: bytes) -> bool:
    """Steps 3 to 5: whether the signature is that of the certificate's key, by an algorithm of that key."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise _Fails(SealOutcome.CERTIFICATE_UNUSABLE, "x5c") from None
    algorithm = str(signed.header["alg"])
    if isinstance(key, ec.EllipticCurvePublicKey):
        try:
            known = PublicKey.of_library_key(key)
        except KeyRefused:
            raise _Fails(SealOutcome.CERTIFICATE_UNUSABLE, "x5c") from None
        if not jws.fits(signed, known):
            raise _Fails(SealOutcome.KEY_TYPE_MISMATCH, "alg")
        return jws.holds(signed, known)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_RSA:
        raise _Fails(SealOutcome.CERTIFICATE_UNUSABLE, "x5c")
    if algorithm not in RSA_ALGORITHMS:
        raise _Fails(SealOutcome.KEY_TYPE_MISMATCH, "alg")
    hash_algorithm = _RSA_HASHES[algorithm[2:]]
    # RFC 7518 section 3.5: the salt is as long as the hash.
    scheme = (
        padding.PSS(padding.MGF1(hash_algorithm), hash_algorithm.digest_size)
        if algorithm.startswith("PS")
        else padding.PKCS1v15()
    )
    try:
        key.verify(signed.signature, signed.signing_input, scheme, hash_algorithm)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of ``etsiU``: its one member, and how it is written."""

    position: int
    name: str
    value: JsonValue
    written: str | None


def _entries(stated: JsonValue) -> Iterator[_Entry]:
    """Clause 5.3.1; step 6. Written are they all in base64url, or all as objects."""
    if stated is None:
        return
    if not isinstance(stated, list) or not 1 <= len(stated) <= MAX_ENTRIES:
        raise _Fails(SealOutcome.NOT_BASELINE, "etsiU")
    if len({isinstance(item, str) for item in stated}) != 1:
        raise _Fails(SealOutcome.NOT_BASELINE, "etsiU")
    for position, item in enumerate(stated):
        value = item
        if isinstance(item, str):
            try:
                value = parse(decode_base64url(item.encode("utf-8")), max_bytes=MAX_ENTRY_BYTES)
            except (ValueError, ServiceError):
                raise _Fails(SealOutcome.NOT_BASELINE, "etsiU") from None
        if not isinstance(value, dict) or len(value) != 1:
            raise _Fails(SealOutcome.NOT_BASELINE, "etsiU")
        (name,) = value
        if name in _REFERENCES:
            raise _Fails(SealOutcome.NOT_BASELINE, name)
        if name not in _VALUES and name not in {Stamped.SIGNATURE, Stamped.ARCHIVE}:
            raise _Fails(SealOutcome.EVIDENCE_NOT_SUPPORTED, name)
        yield _Entry(position, name, value[name], item if isinstance(item, str) else None)


def _timestamps(seal: Seal, entries: list[_Entry]) -> Iterator[SealTimestamp]:
    """Step 7."""
    header = seal.jws.header
    if "adoTst" in header:
        yield from _stamps(Stamped.PAYLOAD, -1, header["adoTst"], seal.written_payload)
    for entry in entries:
        if entry.name == Stamped.SIGNATURE:
            covered = seal.written_signature.encode("ascii")
            yield from _stamps(Stamped.SIGNATURE, entry.position, entry.value, covered)
        elif entry.name == Stamped.ARCHIVE:
            before = [other.written for other in entries[: entry.position]]
            if None in before:
                # Of entries that are objects the canonical form would be stamped, which nobody here writes or reads.
                raise _Fails(SealOutcome.EVIDENCE_NOT_SUPPORTED, entry.name)
            texts = [text for text in before if text is not None]
            covered = archived_octets(seal.written_payload, seal.protected, seal.written_signature, texts)
            yield from _stamps(Stamped.ARCHIVE, entry.position, entry.value, covered)


def archived_octets(payload: bytes, protected: str, signature: str, entries: Sequence[str]) -> bytes:
    """Return what an archive time-stamp covers (clause 5.3.6.2): all as it is written, ``entries`` unseparated."""
    return b"%b.%b.%b.%b" % (
        payload,
        protected.encode("ascii"),
        signature.encode("ascii"),
        "".join(entries).encode("utf-8"),
    )


def _stamps(of: Stamped, position: int, container: JsonValue, covered: bytes) -> Iterator[SealTimestamp]:
    """Yield the tokens of one container (clause 5.4.3.3). A baseline ``sigTst`` holds one."""
    tokens = container.get("tstTokens") if isinstance(container, dict) else None
    if not isinstance(tokens, list) or not 1 <= len(tokens) <= (1 if of is Stamped.SIGNATURE else MAX_TOKENS):
        raise _Fails(SealOutcome.NOT_BASELINE, of)
    for token in tokens:
        octets = _octets(token.get("val") if isinstance(token, dict) else None, SealOutcome.TIMESTAMP_WRONG, of)
        try:
            timestamp = read_timestamp(octets)
        except MalformedTimestamp:
            raise _Fails(SealOutcome.TIMESTAMP_WRONG, of) from None
        if not timestamp.covers(covered):
            raise _Fails(SealOutcome.TIMESTAMP_WRONG, of)
        yield SealTimestamp(of, position, timestamp)


def _evidence(entries: list[_Entry]) -> Iterator[SealEvidence]:
    """Yield certificates and revocation data (clauses 5.3.5 to 5.3.8)."""
    for entry in entries:
        if entry.name not in _VALUES:
            continue
        certificates: JsonValue = []
        revocation: JsonValue = {}
        if entry.name in {"xVals", "axVals"}:
            certificates = entry.value
        elif entry.name in {"rVals", "arVals"}:
            revocation = entry.value
        elif isinstance(entry.value, dict):
            certificates, revocation = entry.value.get("xVals", []), entry.value.get("rVals", {})
        if not isinstance(certificates, list) or not isinstance(revocation, dict):
            raise _Fails(SealOutcome.NOT_BASELINE, entry.name)
        yield SealEvidence(
            entry.position,
            tuple(
                _octets(_val(item, "x509Cert"), SealOutcome.NOT_BASELINE, entry.name)
                for item in certificates[:MAX_CERTIFICATES]
            ),
            tuple(_listed(revocation, "crlVals", entry.name)),
            tuple(_listed(revocation, "ocspVals", entry.name)),
        )


def _val(item: JsonValue, name: str) -> Any:  # noqa: ANN401 - any JSON value; what is no text is refused
    inner = item.get(name) if isinstance(item, dict) else None
    return inner.get("val") if isinstance(inner, dict) else None


def _listed(revocation: Mapping[str, JsonValue], name: str, member: str) -> Iterator[bytes]:
    items = revocation.get(name, [])
    if not isinstance(items, list):
        raise _Fails(SealOutcome.NOT_BASELINE, member)
    for item in items[:MAX_CERTIFICATES]:
        yield _octets(item.get("val") if isinstance(item, dict) else None, SealOutcome.NOT_BASELINE, member)
