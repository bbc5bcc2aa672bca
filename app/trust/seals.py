"""Who stands behind a seal: X.509 certificates (RFC 5280), their revocation, and the time by which a seal existed.

Pure: what a seal brought, the anchors of this deployment and the time go in. No certificate is believed because it is
sent along; what is not known to the anchors stays unknown, and what is not shown not to be revoked is not shown.

:func:`appraise` goes from the outside to the inside, as ETSI EN 319 102-1 clause 5.6 has it for past validation:

1. The time by which everything is known to have existed is now.
2. Archive time-stamps, the last first: where the authority's certificate leads to an anchor, is for time-stamping and
   not revoked, all at the time known for the time-stamp itself, everything that it covers is known to have existed by
   its moment. What stands behind the last that is believed is known of now alone.
3. The signature time-stamps likewise, each by the time known for its own place.
4. The sealing certificate must have been valid at the time known for the signature, with a path to an anchor.
5. It and each certificate above it must be shown not to have been revoked at that time.

A time-stamp whose authority is not believed changes nothing. Nor does one whose own certificate has ended, unless a
later one holds it up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Final, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID, NameOID

from app.errors import Family, ServiceError
from app.keys import KeyRefused, PublicKey, RsaPublicKey, RsaScheme

ORGANIZATION_IDENTIFIER: Final = x509.ObjectIdentifier("2.5.4.97")
"""ETSI EN 319 412-1 clause 5.1.4, such as ``VATDE-123456789``."""
MAX_DEPTH: Final = 5
_MAX_STEPS: Final = 256
_MOST_BROUGHT: Final = 64
_MOST_ADDRESSES: Final = 3
_LARGEST_REMEMBERED: Final = 4096
_MOST_REMEMBERED: Final = 256
_SMALLEST_RSA: Final = 2048
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_STRONG: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_LONGEST_NAME: Final = 300
# What the library raises for octets that are no readable certificate, list or answer.
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_SKEW: Final = timedelta(minutes=5)
_EXPIRED_ON_LIST: Final = x509.ObjectIdentifier("2.5.29.60")
"""expiredCertsOnCRL (ITU-T X.509 clause 9.5.2.8): since when the list keeps what has ended."""
_GENERALIZED_TIME: Final = re.compile(rb"\x18\x0f(\d{14})Z")
# Who may say when, or who was revoked, or speak for a web server, does not speak for an organisation (EN 319 412-3).
_OTHER_OFFICES: Final = frozenset({ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING})
_OF_SERVERS: Final = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH})
# What a path is judged by here. Any other extension that its author calls critical is one that nobody here has read.
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"),  # qcStatements (RFC 3739)
    }
)
_PEM: Final = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)
_MAX_ANCHOR_BYTES: Final = 16 * 1024 * 1024


class AnchorsUnusable(ServiceError):
    """What SEAL_ANCHORS names cannot be read, or holds something that is neither certificate nor revocation list."""

    code: ClassVar[str] = "seal-anchors-unusable"
    title: ClassVar[str] = "The anchors of seals cannot be read"
    family: ClassVar[Family] = Family.UNAVAILABLE


@dataclass(frozen=True)
class Anchors:
    """Whom this deployment believes about seals: certificates of authorities, and revocation lists kept beside them."""

    certificates: tuple[x509.Certificate, ...] = ()
    revocation_lists: tuple[x509.CertificateRevocationList, ...] = ()
    _signed: dict[tuple[int, x509.Certificate], bool] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Which of the lists which authority has signed: asked once, for they may be large."""

    def lists_of(self, issuer: x509.Certificate) -> Iterator[x509.CertificateRevocationList]:
        """Yield the lists that ``issuer`` has signed."""
        for place, found in enumerate(self.revocation_lists):
            if found.issuer != issuer.subject:
                continue
            key = place, issuer
            # The authorities are few: anchors, and what they have issued to authorities below them.
            if key not in self._signed and len(self._signed) < _MOST_REMEMBERED:
                self._signed[key] = _is_list_of(found, issuer)
            if self._signed[key] if key in self._signed else _is_list_of(found, issuer):
                yield found

    @classmethod
    def read(cls, place: Path | None) -> "Anchors":
        """Read a PEM file, or every ``.pem``, ``.crt`` and ``.crl`` file of a folder; none for no place.

        Raises:
            AnchorsUnusable: the place is not there, or holds anything else.
        """
        if place is None:
            return cls()
        suffixes = {".pem", ".crt", ".crl"}
        certificates, lists = [], []
        try:
            files = [place]
            if place.is_dir():
                files = sorted(file for file in place.iterdir() if file.suffix in suffixes)
            for file in files:
                content = file.read_bytes()
                found = list(_PEM.finditer(content)) if len(content) <= _MAX_ANCHOR_BYTES else []
                if not found:
                    raise AnchorsUnusable(f"{file.name} holds no PEM certificate or revocation list.")
                for block in found:
                    if block[1] == b"CERTIFICATE":
                        certificates.append(x509.load_pem_x509_certificate(block[0]))
                    else:
                        lists.append(x509.load_pem_x509_crl(block[0]))
        except (OSError, ValueError) as error:
            raise AnchorsUnusable(f"SEAL_ANCHORS cannot be read: {type(error).__name__}.") from None
        if not certificates:
            raise AnchorsUnusable("SEAL_ANCHORS holds no certificate.")
        return cls(tuple(certificates), tuple(lists))


class Stamp(Protocol):
    """An intact time-stamp that covers the signature.

    ``position`` is its place among what the seal carries; ``archive`` where it covers everything before it as well.
    """

    @property
    def moment(self) -> datetime: ...  # noqa: D102 - see the class
    @property
    def signer(self) -> bytes: ...  # noqa: D102
    @property
    def certificates(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def archive(self) -> bool: ...  # noqa: D102


class Evidence(Protocol):
    """Certificates and revocation data in DER, at their place among what the seal carries."""

    @property
    def position(self) -> int: ...  # noqa: D102 - see the class
    @property
    def certificates(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def revocation_lists(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def ocsp_responses(self) -> tuple[bytes, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Material:
    """:class:`Evidence` that did not come with the seal."""

    position: int
    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()


class Revocation(StrEnum):
    """What is known of a certificate's revocation at the time in question."""

    NOT_REVOKED = "not-revoked"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StampStanding:
    """A time-stamp of the signature: when it was made, and whether its authority is believed."""

    moment: datetime
    archive: bool
    believed: bool


@dataclass(frozen=True, slots=True)
class SignerStanding:
    """What is known about the certificate behind a seal.

    ``believed`` says that at ``existed_by`` a path led to an anchor; ``existed_by`` is now where no time-stamp that is
    believed says otherwise. ``revocation`` is of the whole path. The names are the certificate's own, to be believed
    only where the certificate is.

    ``said_at`` is since when that is known of which ``revocation`` says that nobody was revoked: whoever made the seal
    has chosen what it brings along. It is now where this deployment has a current word of its own.
    """

    existed_by: datetime
    not_before: datetime
    not_after: datetime
    believed: bool
    for_signing: bool
    revocation: Revocation
    organisations: tuple[str, ...]
    organization_identifier: str | None
    sha256: str
    stamps: tuple[StampStanding, ...] = ()
    said_at: datetime | None = None


def appraise(
    chain: Sequence[bytes], stamps: Sequence[Stamp], material: Sequence[Evidence], anchors: Anchors, now: datetime
) -> SignerStanding | None:
    """Return what is known about the first certificate of ``chain``, by the numbered steps; none if unreadable."""
    leaf = _certificate(chain[0]) if chain else None
    if leaf is None:
        return None
    known = _Known(chain, stamps, material, anchors, now)
    # 1
    existed_by, standings = now, []
    # 2, 3: an archive time-stamp speaks for all that stands before it, a signature time-stamp for the signature alone.
    for stamp in sorted(stamps, key=lambda one: (one.archive, one.position), reverse=True):
        at = known.existed_by(stamp.position)
        believed = stamp.moment <= at and known.vouches(stamp, at)
        if believed:
            existed_by = min(existed_by, stamp.moment)
            if stamp.archive:
                known.held.append((stamp.position, stamp.moment))
        standings.append(StampStanding(stamp.moment, stamp.archive, believed))
    # 4
    path = known.path(leaf, existed_by)
    return SignerStanding(
        existed_by=existed_by,
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        believed=path is not None,
        for_signing=_may_sign(leaf),
        revocation=Revocation.UNKNOWN if path is None else known.revocation(path, existed_by),  # 5
        organisations=_names(leaf, NameOID.ORGANIZATION_NAME),
        organization_identifier=next(iter(_names(leaf, ORGANIZATION_IDENTIFIER)), None),
        sha256=leaf.fingerprint(hashes.SHA256()).hex(),
        stamps=tuple(standings),
        said_at=None if path is None else known.said_at(path, existed_by),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A certificate about which somebody has to be asked, and where its issuer says that answers are (RFC 5280)."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    ocsp: tuple[str, ...]
    lists: tuple[str, ...]

    def query(self) -> bytes:
        """Return the OCSP request in DER (RFC 6960 section 4.1), by the hash that every responder knows."""
        built = ocsp.OCSPRequestBuilder().add_certificate(self.certificate, self.issuer, hashes.SHA1()).build()  # noqa: S303 - names the certificate, secures nothing
        return built.public_bytes(Encoding.DER)

    def is_settled_by(self, material: Evidence, now: datetime) -> bool:
        """Whether ``material`` says, by whoever may, that the certificate is revoked, or now that it is not."""
        statements = [
            *(_listed(_revocation_list(one), self.certificate, self.issuer) for one in material.revocation_lists),
            *(_answered(one, self.certificate, self.issuer, now) for one in material.ocsp_responses),
        ]
        return any(one is not None and one.settles(now) for one in statements)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What it takes to validate a seal: everybody between the signers and the anchors, and what is said about them.

    ``certificates`` are the authorities on the paths, anchors included, and the authorities of time-stamps, in DER;
    ``revocation_lists`` are current ones that lie beside the anchors. About each of ``asked`` nobody has said anything
    yet. ``complete`` is false where some signer leads to no anchor. ``ends`` is when the first certificate behind a
    time-stamp ends.
    """

    complete: bool
    certificates: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    asked: tuple[Asked, ...]
    ends: datetime | None


def dossier(
    chain: Sequence[bytes],
    stamps: Sequence[Stamp],
    material: Sequence[Evidence],
    anchors: Anchors,
    now: datetime,
    *,
    insist: bool = False,
) -> Dossier:
    """Return what it takes to validate the first certificate of ``chain``, if any, and all ``stamps``, as of ``now``.

    With ``insist``, what the seal brought along spares nobody a question.
    A sealing certificate that has ended is looked at as of the time by which the time-stamps show the seal.
    """
    known = _Known(chain, stamps, material, anchors, now)
    standing = appraise(chain, stamps, material, anchors, now)
    signers = [(_certificate(stamp.signer), now, True) for stamp in stamps]
    if standing is not None:
        signers.append((_certificate(chain[0]), standing.existed_by, False))
    complete, ends = standing is not None or not chain, []
    certificates: dict[bytes, None] = {}
    lists: dict[bytes, None] = {}
    asked: dict[bytes, Asked] = {}
    for signer, at, is_stamp in signers:
        path = None if signer is None else known.path(signer, at)
        if path is None:
            complete = False
            continue
        if is_stamp:
            ends += [one.not_valid_after_utc for one in path[:-1] or path]
        certificates |= {one.public_bytes(Encoding.DER): None for one in path}
        for certificate, issuer in pairwise(path):
            own = [
                one
                for one in anchors.lists_of(issuer)
                if (statement := _entry(one, certificate)) is not None and statement.settles(now)
            ]
            lists |= {one.public_bytes(Encoding.DER): None for one in own}
            if not own and (insist or not known.settled(certificate, issuer)):
                asked[certificate.fingerprint(hashes.SHA256())] = _asked(certificate, issuer)
    for one in chain[:1]:
        certificates.pop(one, None)
    return Dossier(complete, tuple(certificates), tuple(lists), tuple(asked.values()), min(ends, default=None))


def may_be_kept(stamp: Stamp, anchors: Anchors, now: datetime) -> bool:
    """Whether a new time-stamp is by an authority that leads to an anchor and is not known to be revoked."""
    signer = _certificate(stamp.signer)
    if signer is None or not _may_stamp(signer):
        return False
    known = _Known((), (stamp,), (), anchors, now)
    path = known.path(signer, now)
    return path is not None and known.revocation(path, now) is not Revocation.REVOKED


def _asked(certificate: x509.Certificate, issuer: x509.Certificate) -> Asked:
    access = _extension(certificate, x509.AuthorityInformationAccess) or ()
    points = _extension(certificate, x509.CRLDistributionPoints) or ()
    return Asked(
        certificate,
        issuer,
        ocsp=tuple(
            one.access_location.value
            for one in access
            if one.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(one.access_location, x509.UniformResourceIdentifier)
        )[:_MOST_ADDRESSES],
        lists=tuple(
            name.value
            for point in points
            # A list for some reasons, or by somebody else, is not one that is read here.
            if point.reasons is None and point.crl_issuer is None
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://"))
        )[:_MOST_ADDRESSES],
    )


def chain_of(pem: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM text in DER, in their order."""
    return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(pem))


def pem_of(chain: Sequence[bytes]) -> bytes:
    """Return certificates in PEM, in their order."""
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain)


class CertificateUnusable(ServiceError):
    """The certificate is not one by which this issuer can seal; every reason is in the detail."""

    code: ClassVar[str] = "seal-certificate-unusable"
    title: ClassVar[str] = "The certificate cannot be used for sealing"
    family: ClassVar[Family] = Family.RULE_BROKEN


@dataclass(frozen=True, slots=True)
class SealCertificate:
    """A certificate to seal by: what a seal carries (itself and the authorities below the root), in DER."""

    chain: tuple[bytes, ...]
    subject_public_key_info: bytes
    standing: SignerStanding


def read_seal_certificate(pem: bytes, anchors: Anchors, now: datetime) -> SealCertificate:
    """Read a certificate and those above it, the sealing one first.

    Raises:
        CertificateUnusable: unreadable, of a kind of key that does not seal here, or not fit for sealing today.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem)
        key = certificates[0].public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateUnusable("The file holds no readable PEM certificate.") from None
    try:
        if isinstance(key, rsa.RSAPublicKey):
            RsaPublicKey.of_library_key(key, RsaScheme.PS256)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            PublicKey.of_library_key(key)
        else:
            raise CertificateUnusable("Seals are made here with keys of P-256, P-384 and RSA.")
    except KeyRefused as error:
        raise CertificateUnusable(error.detail) from None
    encoded = [one.public_bytes(Encoding.DER) for one in certificates]
    standing = appraise(encoded, (), (), anchors, now)
    if standing is None:
        raise CertificateUnusable("The certificate cannot be read to its end.")
    reasons = []
    if not standing.believed:
        reasons.append("It leads to no authority of SEAL_ANCHORS today; the file needs every authority between.")
    if not standing.for_signing:
        reasons.append("Its key usage is not for signing.")
    if standing.revocation is Revocation.REVOKED:
        reasons.append("It has been revoked.")
    if reasons:
        raise CertificateUnusable(" ".join(reasons))
    known = _Known(encoded, (), (), anchors, now)
    path = known.path(certificates[0], now) or (certificates[0],)
    carried = tuple(one.public_bytes(Encoding.DER) for one in path if one.subject != one.issuer)
    key_info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SealCertificate(carried, key_info, standing)


_Path = tuple[x509.Certificate, ...]


class _Known:
    """What one seal brought and what this deployment believes, with a bound on the work for both together."""

    def __init__(
        self,
        chain: Sequence[bytes],
        stamps: Sequence[Stamp],
        material: Sequence[Evidence],
        anchors: Anchors,
        now: datetime,
    ) -> None:
        self._now = now
        self._anchors = anchors
        self._material = material
        brought = [
            *chain,
            *(one for stamp in stamps for one in stamp.certificates),
            *(one for item in material for one in item.certificates),
        ]
        read = (_certificate(one) for one in list(dict.fromkeys(brought))[:_MOST_BROUGHT])
        self._pool = [*anchors.certificates, *(one for one in read if one is not None)]
        self._steps = _MAX_STEPS
        self.held: list[tuple[int, datetime]] = []
        """Believed archive time-stamps: what stands before that place existed by that moment."""

    def existed_by(self, position: int) -> datetime:
        """Return by when what stands at ``position`` is known to have existed."""
        return min((moment for place, moment in self.held if place > position), default=self._now)

    def vouches(self, stamp: Stamp, at: datetime) -> bool:
        """Whether the authority of ``stamp`` is to be believed at ``at`` (RFC 3161 section 2.3)."""
        signer = _certificate(stamp.signer)
        # Nobody stamps before there is a certificate: the moment is one that somebody made up.
        if signer is None or not _may_stamp(signer) or stamp.moment < signer.not_valid_before_utc:
            return False
        path = self.path(signer, at)
        return path is not None and self.revocation(path, at) is Revocation.NOT_REVOKED

    def path(self, certificate: x509.Certificate, at: datetime) -> _Path | None:
        """Return the path from ``certificate`` to an anchor, both included, as it stood at ``at`` (RFC 5280, 6.1)."""
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return None
        return self._extend((certificate,), at)

    def _extend(self, path: _Path, at: datetime) -> _Path | None:
        last = path[-1]
        if last in self._anchors.certificates:
            return path
        if len(path) > MAX_DEPTH or not _is_strong(last) or not _is_understood(last):
            return None
        for issuer in self._pool:
            if issuer.subject != last.issuer or issuer in path or not _may_issue(issuer, len(path) - 1):
                continue
            is_anchor = issuer in self._anchors.certificates
            if not is_anchor and not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
                continue
            self._steps -= 1
            if self._steps < 0:
                return None
            found = self._extend((*path, issuer), at) if _is_issued_by(last, issuer) else None
            if found is not None:
                return found
        return None

    def revocation(self, path: _Path, at: datetime) -> Revocation:
        """Return what is known of all of ``path`` but its anchor."""
        worst = Revocation.NOT_REVOKED
        for certificate, issuer in pairwise(path):
            found = self._revocation(certificate, issuer, at, issuer_is_anchor=issuer is path[-1])
            if found is Revocation.REVOKED:
                return found
            worst = found if found is Revocation.UNKNOWN else worst
        return worst

    def settled(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Whether what the seal brought settles today whether ``certificate`` is revoked."""
        return any(statement.settles(self._now) for _, statement, _ in self._statements(certificate, issuer))

    def _revocation(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, *, issuer_is_anchor: bool
    ) -> Revocation:
        answer = Revocation.UNKNOWN
        for statement, _ in self._counting(certificate, issuer, issuer_is_anchor=issuer_is_anchor):
            if statement.revoked_at is not None and statement.revoked_at <= at:
                return Revocation.REVOKED
            if statement.holds(at):
                answer = Revocation.NOT_REVOKED
        return answer

    def said_at(self, path: _Path, at: datetime) -> datetime:
        """Return since when it is known what was said of ``path``: of the certificate of which least is known."""
        known_since = [self._now]
        for certificate, issuer in pairwise(path):
            counting = self._counting(certificate, issuer, issuer_is_anchor=issuer is path[-1])
            said = [
                self._now if is_ours and one.settles(self._now) else one.this_update
                for one, is_ours in counting
                if one.holds(at)
            ]
            known_since += [max(said)] if said else []
        return min(known_since)

    def _counting(
        self, certificate: x509.Certificate, issuer: x509.Certificate, *, issuer_is_anchor: bool
    ) -> Iterator[tuple["_Statement", bool]]:
        """Yield what counts of what is said about ``certificate``, and whether it did not come with the seal."""
        for known_at, statement, is_ours in self._statements(certificate, issuer):
            valid = issuer_is_anchor or issuer.not_valid_before_utc <= known_at <= issuer.not_valid_after_utc
            if valid and statement.this_update <= known_at + _SKEW:
                yield statement, is_ours

    def _statements(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> Iterator[tuple[datetime, "_Statement", bool]]:
        """Yield what is said about ``certificate`` by whoever may.

        Each with the time by which it is known to exist, and whether it is ours: it did not come with the seal.
        """
        for own in self._anchors.lists_of(issuer):
            statement = _entry(own, certificate)
            if statement is not None:
                yield self._now, statement, True
        for item in self._material:
            known_at, is_ours = self.existed_by(item.position), isinstance(item, Material)
            for one in item.revocation_lists:
                statement = _listed(_revocation_list(one), certificate, issuer)
                if statement is not None:
                    yield known_at, statement, is_ours
            for one in item.ocsp_responses:
                statement = _answered(one, certificate, issuer, known_at)
                if statement is not None:
                    yield known_at, statement, is_ours


@dataclass(frozen=True, slots=True)
class _Statement:
    """What an authority said about one certificate.

    Without an end nobody knows until when it holds. Nor has one what was said after the certificate had ended: of those
    authorities keep no entries (RFC 5280 section 3.3), and that it is not named says nothing.
    """

    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it says that at that time, or later, the certificate was not revoked."""
        return self.next_update is not None and self.next_update >= at

    def settles(self, now: datetime) -> bool:
        """Whether it says that the certificate was revoked, or is current and says that it was not."""
        current = self.next_update is not None and self.this_update - _SKEW <= now <= self.next_update
        return self.revoked_at is not None or current


def _listed(
    found: x509.CertificateRevocationList | None, certificate: x509.Certificate, issuer: x509.Certificate
) -> _Statement | None:
    """Read a complete revocation list of the issuer's own (RFC 5280 section 6.3.3)."""
    return None if found is None or not _is_list_of(found, issuer) else _entry(found, certificate)


def _is_list_of(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = _extension(issuer, x509.KeyUsage)
    if found.issuer != issuer.subject or usage is None or not usage.crl_sign:
        return False
    try:
        return isinstance(found.signature_hash_algorithm, _STRONG) and found.is_signature_valid(
            issuer.public_key()  # type: ignore[arg-type]  # any other key raises
        )
    except _UNREADABLE:
        return False


def _entry(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> _Statement | None:
    """Return what a list says about ``certificate``; nothing if it is about others alone, or cannot be read."""
    if not _is_complete(found, certificate):
        return None
    try:
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except _UNREADABLE:
        return None
    revoked_at = None if entry is None else entry.revocation_date_utc
    next_update = found.next_update_utc
    if found.last_update_utc > certificate.not_valid_after_utc and not _keeps_ended(found, certificate):
        next_update = None
    return _Statement(found.last_update_utc, next_update, revoked_at)


def _is_complete(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the list would name ``certificate`` if it were revoked, for whatever reason."""
    for extension in found.extensions:
        scope = extension.value
        if isinstance(scope, x509.IssuingDistributionPoint):
            constraints = _extension(certificate, x509.BasicConstraints)
            is_ca = constraints is not None and constraints.ca
            if (
                scope.indirect_crl
                or scope.only_some_reasons
                or scope.only_contains_attribute_certs
                or (scope.only_contains_ca_certs and not is_ca)
                or (scope.only_contains_user_certs and is_ca)
                or not _is_in_scope(scope, certificate)
            ):
                return False
        elif extension.critical:
            return False
    return True


def _is_in_scope(scope: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    """Whether a list that is one of several is that of ``certificate`` (RFC 5280 section 6.3.3, b 2 i)."""
    if scope.relative_name is not None:
        return False
    if scope.full_name is None:
        return True
    points = _extension(certificate, x509.CRLDistributionPoints) or ()
    return any(name in scope.full_name for point in points for name in point.full_name or ())


def _keeps_ended(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the list says that it goes on naming certificates that ended when this one did (expiredCertsOnCRL)."""
    for extension in found.extensions:
        if extension.oid == _EXPIRED_ON_LIST and isinstance(extension.value, x509.UnrecognizedExtension):
            since = _GENERALIZED_TIME.fullmatch(extension.value.value)
            ended = certificate.not_valid_after_utc.strftime("%Y%m%d%H%M%S")
            return since is not None and since[1].decode("ascii") <= ended
    return False


def _answered(
    response: bytes, certificate: x509.Certificate, issuer: x509.Certificate, known_at: datetime
) -> _Statement | None:
    """Read an OCSP response of the issuer, or of whom it has authorised (RFC 6960 section 4.2.2.2)."""
    try:
        read = ocsp.load_der_ocsp_response(response)
        if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        single = next((one for one in read.responses if _is_about(one, certificate, issuer)), None)
        if single is None or not _is_authentic(read, issuer, known_at):
            return None
        revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED
        if not revoked and single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            return None
        # Without an end an answer is about the moment at which it was given, by clocks that differ.
        next_update: datetime | None = single.next_update_utc or single.this_update_utc + _SKEW
        if single.this_update_utc > certificate.not_valid_after_utc:
            next_update = None
        return _Statement(single.this_update_utc, next_update, single.revocation_time_utc if revoked else None)
    except _UNREADABLE:
        return None


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
    return single.issuer_key_hash == asked.issuer_key_hash and single.issuer_name_hash == asked.issuer_name_hash


def _is_authentic(read: ocsp.OCSPResponse, issuer: x509.Certificate, known_at: datetime) -> bool:
    if not isinstance(read.signature_hash_algorithm, _STRONG):
        return False
    signers = [issuer]
    for one in read.certificates[:MAX_DEPTH]:
        usages = _extension(one, x509.ExtendedKeyUsage)
        if (
            usages is not None
            and ExtendedKeyUsageOID.OCSP_SIGNING in usages
            and one.not_valid_before_utc <= known_at <= one.not_valid_after_utc
            and _is_strong(one)
            and _is_issued_by(one, issuer)
        ):
            signers.append(one)
    return any(_has_signed(signer, read) for signer in signers)


def _has_signed(signer: x509.Certificate, read: ocsp.OCSPResponse) -> bool:
    key, algorithm = signer.public_key(), read.signature_hash_algorithm
    assert algorithm is not None
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(read.signature, read.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(read.signature, read.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


# Certificates one by one.

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def _certificate(octets: bytes) -> x509.Certificate | None:
    # The same few authorities come with every seal. What a stranger makes too large is not remembered.
    return _read_certificate(octets) if len(octets) <= _LARGEST_REMEMBERED else _read_certificate.__wrapped__(octets)


@lru_cache(maxsize=256)
def _read_certificate(octets: bytes) -> x509.Certificate | None:
    try:
        found = x509.load_der_x509_certificate(octets)
        # Extensions and key are parsed late; what cannot be read must not surprise anybody later.
        _ = (list(found.extensions), found.public_key(), found.subject, found.issuer, found.signature_hash_algorithm)
    except _UNREADABLE:
        return None
    return found


def _revocation_list(octets: bytes) -> x509.CertificateRevocationList | None:
    try:
        found = x509.load_der_x509_crl(octets)
        _ = (list(found.extensions), found.issuer, found.signature_hash_algorithm)
    except _UNREADABLE:
        return None
    return found


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is one of an authority, with as many authorities ``below`` it (RFC 5280 section 6.1.4, k to n)."""
    constraints, usage = _extension(certificate, x509.BasicConstraints), _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is None or not usage.key_cert_sign:
        return False
    return constraints.path_length is None or below <= constraints.path_length


def _may_sign(certificate: x509.Certificate) -> bool:
    """ETSI EN 319 412-3: of a seal, digitalSignature or nonRepudiation; no authority's, and for no other office."""
    usage, constraints = _extension(certificate, x509.KeyUsage), _extension(certificate, x509.BasicConstraints)
    is_authority = constraints is not None and constraints.ca
    if usage is None or not (usage.digital_signature or usage.content_commitment) or is_authority:
        return False
    purposes = set(_extension(certificate, x509.ExtendedKeyUsage) or ())
    is_of_server = ExtendedKeyUsageOID.SERVER_AUTH in purposes and purposes <= _OF_SERVERS
    return not purposes & _OTHER_OFFICES and not is_of_server


def _may_stamp(certificate: x509.Certificate) -> bool:
    """RFC 3161 section 2.3: for time-stamping alone, and critical."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _is_strong(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA) or (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    )
    return strong and isinstance(certificate.signature_hash_algorithm, _STRONG)


def _is_understood(certificate: x509.Certificate) -> bool:
    return all(not one.critical or one.oid in _UNDERSTOOD for one in certificate.extensions)


@lru_cache(maxsize=256)
def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _names(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> tuple[str, ...]:
    values = (attribute.value for attribute in certificate.subject.get_attributes_for_oid(kind))
    return tuple(value for value in values if isinstance(value, str) and len(value) <= _LONGEST_NAME)
