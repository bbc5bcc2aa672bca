"""Keys in a token: a hardware security module, or SoftHSM, through the PKCS #11 library of its maker.

Only in the signer process. A token's library is foreign code in our memory; that of SoftHSM 2.6.1 ends the process when
several sessions are used at once. Therefore:

1. One session, used by one thread: whoever wants something signed waits in that thread's queue.
2. What is hashed is hashed here, with the algorithm of the key; the token signs the digest (EdDSA: the message).
3. After an error the library is closed and opened anew, once, and the work is tried again: a token that was taken out
   and put back has forgotten its session. Then it is left alone for a moment, so that a queue does not wait for each in
   turn.
4. A PIN that is refused is not tried again: three wrong ones lock a token for good.
5. Keys that are made here never leave (CKA_EXTRACTABLE false, CKA_SENSITIVE true), and it is asked whether the token
   did as it was told.

A key's ``ref`` is its label (CKA_LABEL), of which there is one private key and one public key or certificate.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.exceptions import (
    MultipleObjectsReturned,
    NoSuchKey,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)

from app.errors import ServiceError
from app.keys.keeper import AnyAlgorithm, AnyPublicKey, Found
from app.keys.keyring import KeyDiffers, KeyExists, KeyringUnusable, KeyUnknown, read_secret_file
from app.keys.rsa_key import PUBLIC_EXPONENT, SMALLEST_BITS, KeyRefused, RsaPublicKey, RsaScheme
from app.keys.signer import Algorithm, PublicKey, SigningFailed, curve_of, insist_on_signature

LEFT_ALONE_SECONDS: Final = 1.0
STUCK_SECONDS: Final = 20.0
"""How long one piece of work may take, the opening of the library included."""
_MOST_NAMES: Final = 10_000
_PIN_REFUSED: Final = (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired)
_PROBE: Final = b"enhance-microcredentials: can this token sign?"

# EC_PARAMS in DER: the names of the curves (RFC 5480 section 2.1.1.1), and edwards25519 as PKCS #11 v3.0 writes it.
_CURVE_NAMES: Final = {
    Algorithm.P256: bytes.fromhex("06082a8648ce3d030107"),
    Algorithm.P384: bytes.fromhex("06052b81040022"),
    Algorithm.ED25519: bytes.fromhex("130c656477617264733235353139"),
}
_OCTET_STRING: Final = 0x04
# DigestInfo of SHA-256 before its 32 bytes (RFC 8017 section 9.2, note 1).
_SHA256_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Which token, by which library; the PIN is that of its user, not of its security officer."""

    module: Path
    label: str
    pin: str = field(repr=False)

    @classmethod
    def read(cls, module: Path, label: str, pin_file: Path) -> "TokenPlace":
        """Return the place whose PIN is in ``pin_file``, which must be as closed to others as a master secret.

        Raises:
            KeyringUnusable: the file is missing, open to others or empty, or the library is not there.
        """
        if not module.is_file():
            raise KeyringUnusable(f"There is no PKCS #11 library at {module} (PKCS11_MODULE).")
        try:
            pin = read_secret_file(pin_file, "PIN file").decode("utf-8")
        except UnicodeDecodeError:
            pin = ""
        if not pin:
            raise KeyringUnusable(f"The PIN file {pin_file} holds no PIN.")
        return cls(module, label, pin)


@dataclass(frozen=True, slots=True)
class _Key:
    private: pkcs11.PrivateKey
    algorithm: AnyAlgorithm


class TokenKeeper:
    """Keys in one token; see the module."""

    def __init__(self, place: TokenPlace, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._monotonic = monotonic
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="token")
        self._library: Any = None
        self._session: pkcs11.Session | None = None
        self._keys: dict[str, _Key] = {}
        self._left_alone_until = 0.0
        self._pin_refused = False
        self._busy_since: float | None = None

    async def sign(self, ref: str, public_key: AnyPublicKey, message: bytes) -> bytes:
        """See :class:`~app.keys.keeper.Keeper`."""
        return await self._do(lambda session: self._sign(session, ref, public_key.algorithm, message))

    async def make(self, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """See :class:`~app.keys.keeper.Keeper`."""
        return await self._do(lambda session: self._make(session, ref, algorithm), again=False)

    async def look(self, ref: str, algorithm: AnyAlgorithm) -> Found:
        """See :class:`~app.keys.keeper.Keeper`."""
        return await self._do(lambda session: self._look(session, ref, algorithm))

    async def names(self) -> list[str]:
        """See :class:`~app.keys.keeper.Keeper`."""
        return await self._do(_labels)

    async def trouble(self) -> str | None:
        """See :class:`~app.keys.keeper.Keeper`; a key that was used before signs once more."""

        def look(session: pkcs11.Session) -> None:
            for ref, key in list(self._keys.items())[:1]:
                self._sign(session, ref, key.algorithm, _PROBE)
                return
            _labels(session)

        try:
            await self._do(look)
        except ServiceError as error:
            return error.detail
        return None

    def stuck(self) -> bool:
        """See :class:`~app.keys.keeper.Keeper`; the queue may be long, one piece of work may not."""
        since = self._busy_since
        return since is not None and self._monotonic() - since > STUCK_SECONDS

    async def close(self) -> None:
        """See :class:`~app.keys.keeper.Keeper`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._forget_session)
        self._thread.shutdown(wait=False)

    # --- in the one thread

    async def _do(self, work: Callable[[pkcs11.Session], _T], *, again: bool = True) -> _T:
        # 1
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._attempt, work, again)

    def _attempt(self, work: Callable[[pkcs11.Session], _T], again: bool) -> _T:  # noqa: FBT001 - executors take no names
        self._busy_since = self._monotonic()
        try:
            return self._attempt_twice(work, again)
        finally:
            self._busy_since = None

    def _attempt_twice(self, work: Callable[[pkcs11.Session], _T], again: bool) -> _T:  # noqa: FBT001 - as above
        if self._pin_refused:
            self._refuse_pin()
        # 3
        while True:
            was_open = self._session is not None
            if not was_open and self._monotonic() < self._left_alone_until:
                raise SigningFailed(f"The token {self._place.label} was out of reach a moment ago.")
            try:
                return work(self._session or self._open())
            except _PIN_REFUSED:
                self._pin_refused = True
                self._refuse_pin()
            except MultipleObjectsReturned:
                raise KeyringUnusable("The token has several keys of that label.") from None
            except PKCS11Error as error:
                self._forget_session()
                # Without its token a library may also say that there is no such key.
                if was_open and again:
                    continue
                if isinstance(error, NoSuchKey):
                    raise KeyUnknown(f"The token {self._place.label} has no key of that label.") from None
                self._left_alone_until = self._monotonic() + LEFT_ALONE_SECONDS
                raise SigningFailed(
                    f"The token {self._place.label} is out of reach, or does not do it: {type(error).__name__}."
                ) from None

    def _refuse_pin(self) -> NoReturn:
        # 4
        raise KeyringUnusable(
            f"The token {self._place.label} refuses the PIN of PKCS11_PIN_FILE. It is not tried again, since a token "
            "locks after a few: put it right and restart the signer process."
        )

    def _open(self) -> pkcs11.Session:
        if self._library is None:
            self._library = pkcs11.lib(str(self._place.module))
        else:
            self._library.reinitialize()
        token = self._library.get_token(token_label=self._place.label)
        self._session = token.open(rw=True, user_pin=self._place.pin)
        return self._session

    def _forget_session(self) -> None:
        self._keys.clear()
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except PKCS11Error:
                return

    def _key(self, session: pkcs11.Session, ref: str, algorithm: AnyAlgorithm) -> pkcs11.PrivateKey:
        known = self._keys.get(ref)
        if known is None or known.algorithm != algorithm:
            found = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=ref)
            assert isinstance(found, pkcs11.PrivateKey)
            if found.key_type is not _type_of(algorithm):
                raise KeyDiffers(f"The token's key {ref} is not of the kind on record.")
            known = self._keys[ref] = _Key(found, algorithm)
        return known.private

    def _sign(self, session: pkcs11.Session, ref: str, algorithm: AnyAlgorithm, message: bytes) -> bytes:
        # 2
        return _signature(self._key(session, ref, algorithm), algorithm, message)

    def _look(self, session: pkcs11.Session, ref: str, algorithm: AnyAlgorithm) -> Found:
        self._key(session, ref, algorithm)
        chain = tuple(
            bytes(one[Attribute.VALUE])
            for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: ref})
        )
        try:
            public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=ref)
        except NoSuchKey:
            if not chain:
                raise
            return Found(_of_library_key(x509.load_der_x509_certificate(chain[0]).public_key(), algorithm), chain)
        return Found(_public_key(public, algorithm), chain)

    def _make(self, session: pkcs11.Session, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        if any(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: ref})):
            raise KeyExists(f"The token has a key {ref}; it is left as it is.")
        # 5
        stays = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
        wanted: dict[str, Any] = {
            "store": True,
            "label": ref,
            "id": secrets.token_bytes(16),
            "capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY,
            "private_template": stays,
        }
        if isinstance(algorithm, RsaScheme):
            exponent = PUBLIC_EXPONENT.to_bytes(3, "big")
            public, private = session.generate_keypair(
                KeyType.RSA, SMALLEST_BITS, public_template={Attribute.PUBLIC_EXPONENT: exponent}, **wanted
            )
        else:
            parameters = session.create_domain_parameters(
                _type_of(algorithm), {Attribute.EC_PARAMS: _CURVE_NAMES[algorithm]}, local=True
            )
            public, private = parameters.generate_keypair(**wanted)
        try:
            _insist_that_it_stays(private)
            public_key = _public_key(public, algorithm)
            insist_on_signature(public_key, _signature(private, algorithm, _PROBE), _PROBE)
        except BaseException:
            # A key that nobody can use must not keep its name.
            private.destroy()
            public.destroy()
            raise
        return public_key


def _labels(session: pkcs11.Session) -> list[str]:
    found = []
    for one in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}):
        found.append(str(one[Attribute.LABEL]))
        if len(found) >= _MOST_NAMES:
            raise KeyringUnusable("The token has more keys than can be listed.")
    return found


def _insist_that_it_stays(private: Any) -> None:  # noqa: ANN401 - the library's object
    if private[Attribute.EXTRACTABLE] or not private[Attribute.SENSITIVE]:
        raise KeyringUnusable("The token made a key that can leave it, against what it was told.")


def _type_of(algorithm: AnyAlgorithm) -> KeyType:
    if isinstance(algorithm, RsaScheme):
        return KeyType.RSA
    return KeyType.EC_EDWARDS if algorithm is Algorithm.ED25519 else KeyType.EC


def _signature(private: Any, algorithm: AnyAlgorithm, message: bytes) -> bytes:  # noqa: ANN401 - the library's object
    match algorithm:
        case Algorithm.ED25519:
            return bytes(private.sign(message, mechanism=Mechanism.EDDSA))
        case Algorithm.P256:
            return bytes(private.sign(_digest(hashes.SHA256(), message), mechanism=Mechanism.ECDSA))
        case Algorithm.P384:
            return bytes(private.sign(_digest(hashes.SHA384(), message), mechanism=Mechanism.ECDSA))
        case RsaScheme.RS256:
            info = _SHA256_INFO + _digest(hashes.SHA256(), message)
            return bytes(private.sign(info, mechanism=Mechanism.RSA_PKCS))
        case RsaScheme.PS256:
            parameters = (Mechanism.SHA256, pkcs11.MGF.SHA256, hashes.SHA256.digest_size)
            digest = _digest(hashes.SHA256(), message)
            return bytes(private.sign(digest, mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=parameters))


def _digest(algorithm: hashes.HashAlgorithm, message: bytes) -> bytes:
    state = hashes.Hash(algorithm)
    state.update(message)
    return state.finalize()


def _public_key(public: Any, algorithm: AnyAlgorithm) -> AnyPublicKey:  # noqa: ANN401 - the library's object
    """Read the public key of a token.

    Raises:
        KeyRefused: it is none for ``algorithm``.
    """
    try:
        if isinstance(algorithm, RsaScheme):
            numbers = rsa.RSAPublicNumbers(
                int.from_bytes(public[Attribute.PUBLIC_EXPONENT], "big"),
                int.from_bytes(public[Attribute.MODULUS], "big"),
            )
            return RsaPublicKey.of_library_key(numbers.public_key(), algorithm)
        point = bytes(public[Attribute.EC_POINT])
        # DER around the point is what the standard says, and the bare point is what some tokens give.
        if len(point) > 2 and point[0] == _OCTET_STRING and point[1] == len(point) - 2:  # noqa: PLR2004 - tag and length
            point = point[2:]
        if algorithm is Algorithm.ED25519:
            return PublicKey(algorithm, point)
        return PublicKey.of_library_key(ec.EllipticCurvePublicKey.from_encoded_point(curve_of(algorithm), point))
    except ValueError:
        raise KeyRefused(f"The token's key is none for {algorithm}.") from None


def _of_library_key(key: object, algorithm: AnyAlgorithm) -> AnyPublicKey:
    if isinstance(key, rsa.RSAPublicKey) and isinstance(algorithm, RsaScheme):
        return RsaPublicKey.of_library_key(key, algorithm)
    if isinstance(key, (ed25519.Ed25519PublicKey, ec.EllipticCurvePublicKey)):
        return PublicKey.of_library_key(key)
    raise KeyRefused(f"The token's key is none for {algorithm}.")
