"""A certification authority, a time-stamping authority and whoever seals: all of RFC 5280, RFC 3161 and JAdES that is
needed to make good and bad seals, by code of its own."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
SEALED_AT = datetime(2026, 8, 12, 9, 0, 0, tzinfo=UTC)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64(data):
    return base64.b64encode(data).decode()


def der(tag, *parts):
    data = b"".join(parts)
    if len(data) < 128:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + data


def oid(text):
    first, second, *rest = [int(part) for part in text.split(".")]
    octets = [first * 40 + second]
    for number in rest:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.insert(0, 0x80 | (number & 0x7F))
        octets += septets
    return der(6, bytes(octets))


TST_INFO = "1.2.840.113549.1.9.16.1.4"
POLICY = "1.2.3.4"
SHA256 = der(0x30, oid("2.16.840.1.101.3.4.2.1"))


def name(common, **more):
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if "organisation" in more:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, more["organisation"]))
    if "identifier" in more:
        attributes.append(x509.NameAttribute(ORGANIZATION_IDENTIFIER, more["identifier"]))
    return x509.Name(attributes)


_USAGES = ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign")


def usage(*names):
    rest = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{one: one in names for one in _USAGES}, **dict.fromkeys(rest, False))


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(size=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def key_identifiers(key, issuer_key):
    return (
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    )


@dataclass
class Holder:
    """A certificate, its key and whoever issued it."""

    certificate: x509.Certificate
    key: object
    issuer: "Holder | None" = None

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, subject, key=None, *, begins, ends, extensions=(), sign_with=None):
        key = key or ec_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )
        for value, critical in (*key_identifiers(key, self.key), *extensions):
            builder = builder.add_extension(value, critical)
        return Holder(builder.sign(sign_with or self.key, hashes.SHA256()), key, self)

    def revocation_list(self, *revoked, at, until, extension=None):
        builder = x509.CertificateRevocationListBuilder()
        builder = builder.issuer_name(self.certificate.subject).last_update(at).next_update(until)
        for holder, moment in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(moment).build())
        if extension is not None:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def ocsp_response(self, about, *, at, until, revoked_at=None, responder=None):
        responder = responder or self
        builder = ocsp.OCSPResponseBuilder().add_response(
            about.certificate,
            self.certificate,
            hashes.SHA1(),
            ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            at,
            until,
            revoked_at,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        if responder is not self:
            builder = builder.certificates([responder.certificate])
        return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def authority(common, key=None, *, begins, ends):
    key, subject = key or ec_key(), name(common)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
    for value, critical in key_identifiers(key, key):
        builder = builder.add_extension(value, critical)
    return Holder(builder.sign(key, hashes.SHA256()), key)


AUTHORITY = (
    (x509.BasicConstraints(ca=True, path_length=0), True),
    (usage("key_cert_sign", "crl_sign"), True),
)
FOR_SEALS = ((usage("digital_signature", "content_commitment"), True),)
FOR_STAMPS = (
    (usage("digital_signature"), True),
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
)


@dataclass
class Trade:
    """A root, an authority below it, a seal and a time-stamping authority."""

    organisation: str = "Technische Universität Berlin"
    identifier: str = "NTRDE-TEST-tu-berlin"
    begins: datetime = SEALED_AT - timedelta(days=30)
    ends: datetime = SEALED_AT + timedelta(days=700)
    lasts: datetime = SEALED_AT + timedelta(days=7300)
    seal_key: object = None
    asked_at: str | None = None
    """Where certificates say that their authority's list and its answers are: ``/issuing.crl``, ``/issuing.ocsp``."""
    answers: bool = False
    root: Holder = field(init=False)
    issuing: Holder = field(init=False)
    seal: Holder = field(init=False)
    stamping: Holder = field(init=False)

    def __post_init__(self):
        life = {"begins": self.begins, "ends": self.lasts}
        self.root = authority("Root", **life)
        of_root = self._places("root")
        self.issuing = self.root.issue(name("Issuing"), **life, extensions=(*AUTHORITY, *of_root))
        self.seal = self.certify(self.seal_key)
        self.stamping = self.root.issue(name("Stamps"), rsa_key(), **life, extensions=(*FOR_STAMPS, *of_root))

    def certify(self, key):
        """Return the certificate of a seal for ``key``, which may be a request."""
        subject = name("Seal", organisation=self.organisation, identifier=self.identifier)
        extensions = (*FOR_SEALS, *self._places("issuing"))
        return self.issuing.issue(subject, key, begins=self.begins, ends=self.ends, extensions=extensions)

    def _places(self, whose):
        if self.asked_at is None:
            return ()
        list_at = x509.UniformResourceIdentifier(f"{self.asked_at}/{whose}.crl")
        found = [(x509.CRLDistributionPoints([x509.DistributionPoint([list_at], None, None, None)]), False)]
        if self.answers:
            answer_at = x509.UniformResourceIdentifier(f"{self.asked_at}/{whose}.ocsp")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, answer_at)
            found.append((x509.AuthorityInformationAccess([access]), False))
        return found

    def lists(self, *revoked, at=None, until=None):
        at, until = at or self.begins, until or self.lasts
        return [
            self.root.revocation_list(at=at, until=until),
            self.issuing.revocation_list(*revoked, at=at, until=until),
        ]

    def stamp(self, octets, moment, *, digest=None, nonce=None, by=None, signed_by=None, purpose=TST_INFO):
        """Return a token of RFC 3161."""
        by = by or self.stamping
        imprint = der(0x30, SHA256, der(4, digest or hashlib.sha256(octets).digest()))
        when = der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())
        answered = b"" if nonce is None else der(2, nonce.to_bytes(nonce.bit_length() // 8 + 1, "big"))
        info = der(0x30, der(2, b"\x01"), oid(POLICY), imprint, der(2, b"\x07"), when, answered)
        certificate = hashlib.sha256(by.der).digest()
        named = der(0x30, der(0x30, der(0x30, der(4, certificate))))
        attributes = b"".join(
            sorted(
                [
                    der(0x30, oid("1.2.840.113549.1.9.3"), der(0x31, oid(purpose))),
                    der(0x30, oid("1.2.840.113549.1.9.4"), der(0x31, der(4, hashlib.sha256(info).digest()))),
                    der(0x30, oid("1.2.840.113549.1.9.16.2.47"), der(0x31, named)),
                ]
            )
        )
        key = (signed_by or by).key
        signed = der(0x31, attributes)
        if isinstance(key, rsa.RSAPrivateKey):
            algorithm, signature = "1.2.840.113549.1.1.11", key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            algorithm, signature = "1.2.840.10045.4.3.2", key.sign(signed, ec.ECDSA(hashes.SHA256()))
        issuer = by.certificate.issuer.public_bytes()
        serial = by.certificate.serial_number
        sid = der(0x30, issuer, der(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big")))
        signer = der(
            0x30, der(2, b"\x01"), sid, SHA256, der(0xA0, attributes), der(0x30, oid(algorithm)), der(4, signature)
        )
        content = der(0x30, oid(purpose), der(0xA0, der(4, info)))
        data = der(0x30, der(2, b"\x03"), der(0x31, SHA256), content, der(0xA0, by.der), der(0x31, signer))
        return der(0x30, oid("1.2.840.113549.1.7.2"), der(0xA0, data))


def sign(key, algorithm, signed):
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if algorithm.startswith("PS") else padding.PKCS1v15()
        return key.sign(signed, scheme, hashes.SHA256())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def header_of(trade, *, at=SEALED_AT, algorithm="ES256", **more):
    """Return a protected header as this service writes it; ``None`` leaves a member out."""
    header = {
        "alg": algorithm,
        "cty": "vc+ld+json",
        "x5t#S256": b64url(hashlib.sha256(trade.seal.der).digest()),
        "x5c": [b64(trade.seal.der), b64(trade.issuing.der)],
        "typ": "jose+json",
        "b64": False,
        "iat": int(at.timestamp()),
        "crit": ["b64"],
        **more,
    }
    return {member: value for member, value in header.items() if value is not None}


def seal(payload, trade, header=None, *, key=None, protected=None):
    """Return ``payload`` sealed at level B, by whatever header."""
    header = header or header_of(trade)
    protected = protected or b64url(json.dumps(header).encode())
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    written = text if header.get("b64") is False else b64url(text.encode())
    signature = sign(key or trade.seal.key, header.get("alg", "ES256"), f"{protected}.{written}".encode())
    return {"payload": written, "signatures": [{"protected": protected, "signature": b64url(signature)}]}


def entry(member, value):
    return b64url(json.dumps({member: value}).encode())


def extend(sealed, *entries):
    """Add entries to ``etsiU``."""
    header = sealed["signatures"][0].setdefault("header", {"etsiU": []})
    header["etsiU"] += entries
    return sealed


def tokens(*found):
    return {"tstTokens": [{"val": b64(token)} for token in found]}


def with_timestamp(sealed, trade, moment, **more):
    """Raise to level T."""
    octets = sealed["signatures"][0]["signature"].encode()
    return extend(sealed, entry("sigTst", tokens(trade.stamp(octets, moment, **more))))


def with_values(sealed, trade, lists=(), responses=()):
    """Raise to level LT."""
    certificates = [trade.issuing, trade.root, trade.stamping]
    extend(sealed, entry("xVals", [{"x509Cert": {"val": b64(one.der)}} for one in certificates]))
    values = {
        "crlVals": [{"val": b64(one.public_bytes(Encoding.DER))} for one in lists],
        "ocspVals": [{"val": b64(one)} for one in responses],
    }
    return extend(sealed, entry("rVals", {member: value for member, value in values.items() if value}))


def with_archive_timestamp(sealed, trade, moment, **more):
    """Raise to level LTA."""
    one = sealed["signatures"][0]
    before = "".join(one["header"]["etsiU"])
    octets = f"{sealed['payload']}.{one['protected']}.{one['signature']}.{before}".encode()
    return extend(sealed, entry("arcTst", tokens(trade.stamp(octets, moment, **more))))
