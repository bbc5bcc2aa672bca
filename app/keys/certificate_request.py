"""Requests for certificates of seals (PKCS #10, RFC 2986), for any signer: its private key may be where no library is.

The library that writes such requests wants the private key itself. So the three fields that stand around a signature
are written here, and what comes out is read and checked by the library before anybody sees it.
"""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.keys.rsa_key import KeyRefused, RsaScheme
from app.keys.signer import Algorithm, SealSigner, SignatureWrong

_SEQUENCE: Final = 0x30
_BIT_STRING: Final = 0x03
_VERSION_1: Final = bytes.fromhex("020100")
_NO_ATTRIBUTES: Final = bytes.fromhex("a000")
_LONG_FORM: Final = 0x80

# AlgorithmIdentifiers: RFC 5758 section 3.2, RFC 4055 section 5, RFC 4055 section 3.1 (SHA-256 throughout, salt of 32).
_SIGNED_WITH: Final[dict[Algorithm | RsaScheme, bytes]] = {
    Algorithm.P256: bytes.fromhex("300a06082a8648ce3d040302"),
    Algorithm.P384: bytes.fromhex("300a06082a8648ce3d040303"),
    RsaScheme.RS256: bytes.fromhex("300d06092a864886f70d01010b0500"),
    RsaScheme.PS256: bytes.fromhex(
        "304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
        "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
    ),
}


async def certificate_request(
    signer: SealSigner, *, organisation: str, organization_identifier: str, common_name: str
) -> bytes:
    """Return a request for a certificate of the signer's key, in PEM.

    Raises:
        KeyRefused: a key that is not for certificates of seals, or a name that is too long for one.
        SigningFailed: the key's keeper could not sign now.
    """
    public_key = signer.public_key
    if public_key.algorithm not in _SIGNED_WITH:
        raise KeyRefused("Certificates of seals are for ECDSA and RSA keys.")
    try:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                # ETSI EN 319 412-1 clause 5.1.4.
                x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organization_identifier),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
    except ValueError as error:
        raise KeyRefused(f"The certificate cannot be requested in this name: {error}.") from None
    stated = _der(_SEQUENCE, _VERSION_1 + subject.public_bytes() + public_key.subject_public_key_info + _NO_ATTRIBUTES)
    signature = await signer.sign(stated)
    if isinstance(public_key.algorithm, Algorithm):
        half = len(signature) // 2
        signature = encode_dss_signature(
            int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        )
    request = _der(_SEQUENCE, stated + _SIGNED_WITH[public_key.algorithm] + _der(_BIT_STRING, b"\x00" + signature))
    read = x509.load_der_x509_csr(request)
    if not read.is_signature_valid:
        raise SignatureWrong
    return read.public_bytes(Encoding.PEM)


def _der(tag: int, content: bytes) -> bytes:
    """Return one value in DER (X.690 clause 10.1)."""
    size = len(content)
    if size < _LONG_FORM:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _LONG_FORM | len(length)]) + length + content
