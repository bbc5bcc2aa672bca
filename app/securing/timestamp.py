"""Time-stamp tokens: RFC 3161, in CMS SignedData (RFC 5652).

**Reading** (:func:`read_timestamp`) says what a token states and whether it is intact, never whether its authority is
one to believe; ``trust`` does.

1. DER, one ``SignedData`` around one ``TSTInfo`` (RFC 3161 section 2.4.2), one ``SignerInfo``.
2. The signed attributes are there: content type ``id-ct-TSTInfo``, the digest of the content (RFC 5652 section 11), and
   the hash of the signer's certificate (RFC 5035 section 3, or RFC 2634 section 5.4), which must be in the token.
3. The signature over the signed attributes holds with that certificate's key.
4. The imprint is that of the octets that the caller says were stamped (:meth:`Timestamp.covers`).

**Asking** (:class:`Query`) writes the request, and takes the token out of the reply only if it answers that request.

ASN.1 is taken apart by ``cryptography``'s strict DER reader; nothing here parses lengths by itself.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from app.errors import Family, ServiceError

MAX_TOKEN_BYTES: Final = 64 * 1024
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = MappingProxyType(
    {
        "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
        "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
        "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
    }
)
"""SHA-1 and older are no evidence of anything that was made on purpose."""
_SIGNATURE_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = MappingProxyType(
    {
        "1.2.840.113549.1.1.11": hashes.SHA256(),
        "1.2.840.113549.1.1.12": hashes.SHA384(),
        "1.2.840.113549.1.1.13": hashes.SHA512(),
        "1.2.840.10045.4.3.2": hashes.SHA256(),
        "1.2.840.10045.4.3.3": hashes.SHA384(),
        "1.2.840.10045.4.3.4": hashes.SHA512(),
    }
)
_PLAIN_RSA: Final = "1.2.840.113549.1.1.1"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_SEQUENCE: Final = b"\x30"
_INTEGER: Final = b"\x02"
_NULL: Final = b"\x05\x00"
"""With the hash: RFC 5754 section 2 has it left out and lets it be there, and older authorities know no other way."""
_SET: Final = b"\x31"
_OCTETS: Final = b"\x04"
_FIRST: Final = b"\xa0"
_GENERALIZED_TIME: Final = re.compile(rb"([0-9]{14})(?:\.[0-9]{1,9})?Z")
_LONG_FORM: Final = 0x80
_MOST_CERTIFICATES: Final = 16
_SMALLEST_RSA: Final = 2048


class TimestampRefused(ServiceError):
    """The authority answered that it makes no time-stamp, or made another than the one that was asked for."""

    code: ClassVar[str] = "timestamp-refused"
    title: ClassVar[str] = "The authority did not make the time-stamp that was asked for"
    family: ClassVar[Family] = Family.UNAVAILABLE


class MalformedTimestamp(ServiceError):
    """The octets are not one intact time-stamp token."""

    code: ClassVar[str] = "malformed-timestamp"
    title: ClassVar[str] = "This is not one intact time-stamp token"
    family: ClassVar[Family] = Family.MALFORMED


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An intact token: some authority, by its certificate ``signer``, says that ``imprint`` existed at ``moment``.

    ``certificates`` are all in the token, the signer's among them, in DER; whether any is to be believed is open.
    ``nonce`` repeats that of the request, ``policy`` says by what rules the authority works.
    """

    moment: datetime
    policy: str
    nonce: int | None
    hash_name: str
    imprint: bytes
    signer: bytes
    certificates: tuple[bytes, ...]

    def covers(self, octets: bytes) -> bool:
        """Whether ``octets`` are what was stamped; step 4."""
        return hashlib.new(self.hash_name, octets).digest() == self.imprint


_GRANTED: Final = frozenset({0, 1})
"""PKIStatus granted and grantedWithMods (RFC 3161 section 2.4.2); with the latter it is compared all the same."""


@dataclass(frozen=True, slots=True)
class Query:
    """A request for a time-stamp of ``octets`` by SHA-256, with the authority's certificate in the token.

    ``policy`` is the only policy that will do, if there is one; ``nonce`` is new for each request, and tells the answer
    from every earlier one.
    """

    octets: bytes
    nonce: int
    policy: str | None = None

    def content(self) -> bytes:
        """Return the TimeStampReq in DER (RFC 3161 section 2.4.1)."""
        sha256 = _der(_SEQUENCE, asn1.encode_der(x509.ObjectIdentifier(_SHA256)) + _NULL)
        imprint = _der(_SEQUENCE, sha256 + _der(_OCTETS, hashlib.sha256(self.octets).digest()))
        policy = b"" if self.policy is None else asn1.encode_der(x509.ObjectIdentifier(self.policy))
        asked = asn1.encode_der(1) + imprint + policy + asn1.encode_der(self.nonce) + asn1.encode_der(True)
        return _der(_SEQUENCE, asked)

    def token(self, reply: bytes) -> tuple[bytes, Timestamp]:
        """Return the token of a reply, and what it states: imprint, nonce and policy are those of this request.

        Raises:
            TimestampRefused: no token, or one of something else.
            MalformedTimestamp: the reply cannot be read, or its token is not intact.
        """
        if len(reply) > MAX_TOKEN_BYTES:
            raise MalformedTimestamp("The reply is too large.")
        try:
            (outer,) = _elements(reply)
            status_info, *tokens = _elements(outer.data)
            status: int = _elements(status_info.data)[0].parse(int)
        except (ValueError, TypeError, IndexError):
            raise MalformedTimestamp("The reply cannot be read.") from None
        if status not in _GRANTED or len(tokens) != 1:
            raise TimestampRefused(f"The authority answered with status {status}.")
        token = _der(tokens[0].tag_bytes, bytes(tokens[0].data))
        found = read_timestamp(token)
        if not found.covers(self.octets):
            raise TimestampRefused("The time-stamp is of something else.")
        if found.nonce != self.nonce:
            raise TimestampRefused("The time-stamp answers another request: its nonce is not ours.")
        if self.policy is not None and found.policy != self.policy:
            raise TimestampRefused("The time-stamp was made under another policy than the one asked for.")
        return token, found


@asn1.sequence
@dataclass
class _Elements:
    items: list[asn1.TLV]


def read_timestamp(token: bytes) -> Timestamp:
    """Return what ``token`` states; steps 1 to 3.

    Raises:
        MalformedTimestamp: anything that is not intact.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise MalformedTimestamp("The token is too large.")
    try:
        return _read(token)
    except (ValueError, TypeError, IndexError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise MalformedTimestamp(f"{type(error).__name__}: the token cannot be read or does not hold.") from None


def _read(token: bytes) -> Timestamp:
    # 1
    (outer,) = _elements(token)
    kind, wrapped = _elements(outer.data)
    if _oid(kind) != _SIGNED_DATA:
        raise ValueError("another kind of content")
    (signed_data,) = _elements(wrapped.data)
    _version, _digests, encapsulated, *optional, infos = _elements(signed_data.data)
    content_kind, content_wrapped = _elements(encapsulated.data)
    if _oid(content_kind) != _TST_INFO:
        raise ValueError("no time-stamp in it")
    (content,) = _elements(content_wrapped.data)
    stated = bytes(content.data)
    certificates = tuple(
        _der(item.tag_bytes, bytes(item.data))
        for part in optional
        if part.tag_bytes == _FIRST
        for item in _elements(part.data)
    )
    if len(certificates) > _MOST_CERTIFICATES:
        raise ValueError("too many certificates")
    (info,) = _elements(infos.data)
    # 2, 3
    signer = _signer(info, stated, certificates)
    (tst_info,) = _elements(stated)
    _tst_version, policy, imprint, _serial, moment, *further = _elements(tst_info.data)
    # Accuracy is a SEQUENCE, ordering a BOOLEAN, tsa and extensions have tags of their own: the INTEGER is the nonce.
    nonces: list[int] = [item.parse(int) for item in further if item.tag_bytes == _INTEGER]
    algorithm, hashed = _elements(imprint.data)
    return Timestamp(
        moment=_moment(bytes(moment.data)),
        policy=_oid(policy),
        nonce=nonces[0] if nonces else None,
        hash_name=_hash(algorithm).name,
        imprint=bytes(hashed.data),
        signer=signer,
        certificates=certificates,
    )


def _signer(info: asn1.TLV, stated: bytes, certificates: tuple[bytes, ...]) -> bytes:
    """Return the certificate by whose key ``info`` is signed; steps 2 and 3."""
    _version, _sid, digest_algorithm, attributes, signature_algorithm, signature, *_ = _elements(info.data)
    if attributes.tag_bytes != _FIRST or signature.tag_bytes != _OCTETS:
        raise ValueError("no signed attributes")
    named: dict[str, asn1.TLV] = {}
    for attribute in _elements(attributes.data):
        name, values = _elements(attribute.data)
        if named.setdefault(_oid(name), values) is not values:
            raise ValueError("an attribute twice")
    (content_type,) = _elements(named[_CONTENT_TYPE].data) if _CONTENT_TYPE in named else (None,)
    (digest,) = _elements(named[_MESSAGE_DIGEST].data) if _MESSAGE_DIGEST in named else (None,)
    if content_type is None or digest is None or _oid(content_type) != _TST_INFO:
        raise ValueError("signed attributes are missing")
    digest_hash = _hash(digest_algorithm)
    if hashlib.new(digest_hash.name, stated).digest() != bytes(digest.data):
        raise ValueError("the digest is another")
    hash_name, certificate_hash = _certificate_hash(named)
    signer = next((one for one in certificates if hashlib.new(hash_name, one).digest() == certificate_hash), None)
    if signer is None:
        raise ValueError("the signer's certificate is not in the token")
    # RFC 5652 section 5.4: what is signed is the attributes as a SET OF, whatever tag they are carried under.
    signed = _der(_SET, bytes(attributes.data))
    _verify(x509.load_der_x509_certificate(signer), bytes(signature.data), signed, signature_algorithm, digest_hash)
    return signer


def _certificate_hash(named: Mapping[str, asn1.TLV]) -> tuple[str, bytes]:
    """Return by which hash, and with which value, the signer's certificate is named."""
    version_2 = _SIGNING_CERTIFICATE_V2 in named
    if not version_2 and _SIGNING_CERTIFICATE not in named:
        raise ValueError("the signer's certificate is not named")
    (value,) = _elements(named[_SIGNING_CERTIFICATE_V2 if version_2 else _SIGNING_CERTIFICATE].data)
    first = _elements(_elements(_elements(value.data)[0].data)[0].data)
    if not version_2:
        # RFC 2634 knows SHA-1 alone. It only says which certificate is meant; the signature must hold with it.
        return "sha1", bytes(first[0].data)
    if first[0].tag_bytes == _OCTETS:
        return "sha256", bytes(first[0].data)
    return _hash(first[0]).name, bytes(first[1].data)


def _verify(
    certificate: x509.Certificate,
    signature: bytes,
    signed: bytes,
    algorithm: asn1.TLV,
    digest_hash: hashes.HashAlgorithm,
) -> None:
    key, name = certificate.public_key(), _oid(_elements(algorithm.data)[0])
    hash_algorithm = digest_hash if name == _PLAIN_RSA else _SIGNATURE_HASHES.get(name)
    if hash_algorithm is None:
        raise ValueError("the signature algorithm is not supported")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA and name.startswith("1.2.840.113549."):
        key.verify(signature, signed, padding.PKCS1v15(), hash_algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and name.startswith("1.2.840.10045."):
        key.verify(signature, signed, ec.ECDSA(hash_algorithm))
    else:
        raise ValueError("the key does not fit the signature")


def _elements(data: bytes | memoryview) -> list[asn1.TLV]:
    """Return the elements that stand one after the other in ``data``."""
    return asn1.decode_der(_Elements, _der(_SEQUENCE, _der(_SEQUENCE, bytes(data)))).items


def _der(tag: bytes, data: bytes) -> bytes:
    length = len(data)
    if length < _LONG_FORM:
        return tag + bytes([length]) + data
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return tag + bytes([_LONG_FORM | len(octets)]) + octets + data


def _oid(element: asn1.TLV) -> str:
    name: x509.ObjectIdentifier = element.parse(x509.ObjectIdentifier)
    return name.dotted_string


def _hash(algorithm: asn1.TLV) -> hashes.HashAlgorithm:
    found = _HASHES.get(_oid(_elements(algorithm.data)[0]))
    if found is None:
        raise ValueError("the hash is not supported")
    return found


def _moment(text: bytes) -> datetime:
    match = _GENERALIZED_TIME.fullmatch(text)
    if match is None:
        raise ValueError("no moment")
    return datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
