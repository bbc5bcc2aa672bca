"""Authorities for trials: what a deployment needs to try seals before anybody has issued a certificate to it.

A root (P-384), an authority for seals below it, an authority for time-stamps, and the revocation lists of both. Every
subject says DEVELOPMENT ONLY, every private key lies unencrypted in the folder, and the certificates of seals claim no
qualification (no QcCompliance): they are what they look like.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.errors import Family, ServiceError

LIFE: Final = timedelta(days=3650)
SEAL_LIFE: Final = timedelta(days=730)
MARK: Final = "DEVELOPMENT ONLY"
_STAMPING_BITS: Final = 3072
_QC_STATEMENTS: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
# SEQUENCE { SEQUENCE { id-etsi-qcs-QcType, SEQUENCE { id-etsi-qct-eseal } } }: ETSI EN 319 412-5 clause 4.2.3.
_TYPE_ESEAL: Final = bytes.fromhex("30153013060604008e46010630090607" + "04008e46010602")
_README: Final = f"""{MARK}

Authorities for trials, made by `python -m app seals development-pki`. They vouch for nobody: whoever has this folder
can make seals in any name. Never let a service believe them on which real learners depend.

anchors/     SEAL_ANCHORS: the root and the revocation lists
issuing.*    the authority for seals (`python -m app seals development-certificate`)
stamping.*   the authority for time-stamps
"""

_PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class DevelopmentPkiUnusable(ServiceError):
    """The folder of the authorities for trials cannot be made or used."""

    code: ClassVar[str] = "development-pki-unusable"
    title: ClassVar[str] = "The authorities for trials cannot be used"
    family: ClassVar[Family] = Family.CONFLICT


def make(directory: Path, now: datetime) -> None:
    """Make the authorities in ``directory``, which must not be there yet.

    Raises:
        DevelopmentPkiUnusable: it is there, or cannot be written.
    """
    root_key, issuing_key = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP256R1())
    stamping_key = rsa.generate_private_key(public_exponent=65537, key_size=_STAMPING_BITS)
    root_name, issuing_name = _name("root"), _name("authority for seals")
    life = (now, now + LIFE)
    authority = [_usage("key_cert_sign", "crl_sign")]
    root = _certificate(root_name, root_name, root_key, root_key, life, [(_ca(None), True), *authority])
    issuing = _certificate(issuing_name, root_name, issuing_key, root_key, life, [(_ca(0), True), *authority])
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    stamping_extensions = [(purpose, True), _usage("digital_signature")]
    stamping = _certificate(
        _name("authority for time-stamps"), root_name, stamping_key, root_key, life, stamping_extensions
    )
    lists = [
        x509.CertificateRevocationListBuilder()
        .issuer_name(name)
        .last_update(now)
        .next_update(now + LIFE)
        .sign(key, digest)
        for name, key, digest in (
            (root_name, root_key, hashes.SHA384()),
            (issuing_name, issuing_key, hashes.SHA256()),
        )
    ]
    try:
        (directory / "anchors").mkdir(mode=0o700, parents=True)
        directory.chmod(0o700)
        (directory / "README.txt").write_text(_README, encoding="utf-8")
        (directory / "anchors" / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
        (directory / "anchors" / "revoked.crl").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in lists))
        for name, certificate, key in (
            ("root", root, root_key),
            ("issuing", issuing, issuing_key),
            ("stamping", stamping, stamping_key),
        ):
            (directory / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
            path = directory / f"{name}.key"
            path.touch(mode=0o600)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise DevelopmentPkiUnusable(f"{directory} cannot be made: {error.strerror}.") from None


def certify(directory: Path, request: bytes, now: datetime) -> bytes:
    """Return a certificate for what ``request`` asks (PKCS #10), and that of the authority, in PEM.

    Raises:
        DevelopmentPkiUnusable: the folder is not one of :func:`make`, or the request cannot be read.
    """
    try:
        issuing = x509.load_pem_x509_certificate((directory / "issuing.pem").read_bytes())
        issuing_key = load_pem_private_key((directory / "issuing.key").read_bytes(), None)
        asked = x509.load_pem_x509_csr(request)
    except (OSError, ValueError):
        raise DevelopmentPkiUnusable("The folder or the request cannot be read.") from None
    key = asked.public_key()
    if (
        not asked.is_signature_valid
        or not isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey))
        or not isinstance(issuing_key, ec.EllipticCurvePrivateKey)
    ):
        raise DevelopmentPkiUnusable("The request is not one of a key of a seal.")
    wanted = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATION_IDENTIFIER)
    kept = [attribute for oid in wanted for attribute in asked.subject.get_attributes_for_oid(oid)]
    subject = x509.Name([*kept, x509.NameAttribute(NameOID.COMMON_NAME, f"Seal, {MARK}")])
    certificate = _certificate(
        subject,
        issuing.subject,
        key,
        issuing_key,
        (now, min(now + SEAL_LIFE, issuing.not_valid_after_utc)),
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            _usage("digital_signature", "content_commitment"),
            (x509.UnrecognizedExtension(_QC_STATEMENTS, _TYPE_ESEAL), False),
        ],
    )
    return certificate.public_bytes(Encoding.PEM) + issuing.public_bytes(Encoding.PEM)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Nobody, {MARK}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{MARK}: {common}"),
        ]
    )


def _ca(path_length: int | None) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=True, path_length=path_length)


def _usage(*names: str) -> tuple[x509.ExtensionType, bool]:
    return (
        x509.KeyUsage(
            digital_signature="digital_signature" in names,
            content_commitment="content_commitment" in names,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign="key_cert_sign" in names,
            crl_sign="crl_sign" in names,
            encipher_only=False,
            decipher_only=False,
        ),
        True,
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: _PrivateKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    life: tuple[datetime, datetime],
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    public_key = key if isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey)) else key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    digest = hashes.SHA384() if isinstance(issuer_key.curve, ec.SECP384R1) else hashes.SHA256()
    return builder.sign(issuer_key, digest)
