"""Keys at a remote service: qualified seals by the API of the Cloud Signature Consortium (CSC), version 2 or 1.0.4.

Only in the signer process, which alone has the secrets of the service's client. The private key is with a trust service
provider, who signs digests. For one signature (clause numbers of CSC API 1.0.4.0; version 2 has the same calls):

1. ``oauth2/token`` (8.4): a token for the client, by its own identifier and secret; asked for again when it is over.
2. ``credentials/info`` (11.5): is the credential enabled, can its key do what is wanted, and is its certificate the
   very one that was enrolled here? The reference to a key on record ends with the digest of that certificate.
3. ``credentials/authorize`` (11.6): the right to sign exactly these digests, so many of them (Signature Activation
   Data). Whoever waits meanwhile goes along with the next ones, as many as the credential allows at a time
   (``multisign``).
4. ``signatures/signHash`` (11.9). A right that has ended meanwhile is asked for once more, and once only.
5. A PIN that is refused is not sent again until the process is restarted: after a few wrong ones a provider locks the
   credential for good.

What comes back is a signature only when it verifies (``signing_desk``). The service's own words are not repeated in
messages, but for the code of an error.
"""

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import httpx
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.errors import ServiceError
from app.keys.keeper import AnyAlgorithm, AnyPublicKey, Found
from app.keys.keyring import KeyDiffers, KeyringUnusable, KeyUnknown, read_secret_file
from app.keys.rsa_key import KeyRefused, RsaPublicKey, RsaScheme
from app.keys.signer import Algorithm, PublicKey, SigningFailed, signature_length
from app.settings import CscVersion
from app.strict_json import parse

ANSWER_SECONDS: Final = 10.0
"""How long the service may take for one answer."""
WHOLE_SECONDS: Final = 25.0
"""How long one signature may take with all that belongs to it, waiting for others included."""
INFO_SECONDS: Final = 60.0
"""How long what the service says about a credential is relied on."""
_EARLY_SECONDS: Final = 30.0
_TOKEN_SECONDS: Final = 300
_MOST_BYTES: Final = 1024 * 1024
_MOST_AT_ONCE: Final = 100
_MOST_CERTIFICATES: Final = 8
_CODE: Final = re.compile(r"[a-z_]{1,40}")
_WRONG_PIN: Final = "invalid_pin"

_HASH_OIDS: Final = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
# RSASSA-PSS-params: SHA-256, MGF1 with SHA-256, a salt of 32 (RFC 4055 section 3.1).
_PSS_PARAMETERS: Final = bytes.fromhex(
    "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
)

_PIN_REFUSED: Final = (
    "The remote service refuses the PIN of CSC_PIN_FILE. It is not sent again, since a credential locks after a few: "
    "put it right and restart the signer process."
)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a kind of key signs there: the algorithm's OID, its parameters, the OIDs of keys that can do it, the hash."""

    oid: str
    key_oids: frozenset[str]
    digest: str = "sha256"
    parameters: bytes | None = None


_EC_KEY: Final = "1.2.840.10045.2.1"
_RSA_KEY: Final = "1.2.840.113549.1.1.1"
_WAYS: Final[Mapping[AnyAlgorithm, _Way]] = {
    Algorithm.P256: _Way("1.2.840.10045.4.3.2", frozenset({_EC_KEY, "1.2.840.10045.4.3.2"})),
    Algorithm.P384: _Way("1.2.840.10045.4.3.3", frozenset({_EC_KEY, "1.2.840.10045.4.3.3"}), "sha384"),
    RsaScheme.RS256: _Way("1.2.840.113549.1.1.11", frozenset({_RSA_KEY, "1.2.840.113549.1.1.11"})),
    RsaScheme.PS256: _Way(
        "1.2.840.113549.1.1.10", frozenset({_RSA_KEY, "1.2.840.113549.1.1.10"}), parameters=_PSS_PARAMETERS
    ),
}


@dataclass(frozen=True, slots=True)
class CscPlace:
    """Which service, and as whom. ``pin`` is what some credentials want besides, to be used."""

    url: str
    version: CscVersion
    client_id: str
    client_secret: str = field(repr=False)
    pin: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str, version: CscVersion, client_id: str, secret_file: Path, pin_file: Path | None) -> Self:
        """Return the place whose secrets are in files that are closed to others.

        Raises:
            KeyringUnusable: a file is missing, open to others, or no text.
        """
        try:
            secret = read_secret_file(secret_file, "CSC client secret file").decode("ascii")
            pin = None if pin_file is None else read_secret_file(pin_file, "CSC PIN file").decode("utf-8")
        except UnicodeDecodeError:
            raise KeyringUnusable("A secret of the CSC client is no text.") from None
        return cls(url.rstrip("/"), version, client_id, secret, pin)


class _Refused(Exception):
    """The service answered with an error; ``code`` is its word for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code


class _SignatureRefused(_Refused):
    """The service gave the right to sign, and then did not take it."""


@dataclass(frozen=True, slots=True)
class _Credential:
    chain: tuple[bytes, ...]
    key_oids: frozenset[str]
    at_once: int
    explicit: bool
    known_until: float


class CscKeeper:
    """The credentials of one remote service; see the module."""

    def __init__(
        self, place: CscPlace, *, answer_seconds: float = ANSWER_SECONDS, info_seconds: float = INFO_SECONDS
    ) -> None:
        self._place = place
        self._answer_seconds = answer_seconds
        self._info_seconds = info_seconds
        # Nothing of the environment: neither proxies nor credentials of others.
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(answer_seconds, connect=5.0), follow_redirects=False, trust_env=False
        )
        self._token: tuple[str, float] | None = None
        self._token_lock = asyncio.Lock()
        self._good_until = 0.0
        self._known: dict[str, _Credential] = {}
        self._pin_refused: set[str] = set()
        self._waiting: dict[tuple[str, AnyAlgorithm], list[tuple[bytes, asyncio.Future[bytes]]]] = {}
        self._working: dict[tuple[str, AnyAlgorithm], asyncio.Task[None]] = {}

    async def sign(self, ref: str, public_key: AnyPublicKey, message: bytes) -> bytes:
        """See :class:`~app.keys.keeper.Keeper`."""
        algorithm = public_key.algorithm
        way = _way_of(algorithm)
        digest = hashlib.new(way.digest, message).digest()
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        lot = ref, algorithm
        self._waiting.setdefault(lot, []).append((digest, future))
        if lot not in self._working:
            self._working[lot] = asyncio.create_task(self._work(lot))
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                signature = await future
        except TimeoutError:
            raise SigningFailed("The remote service did not sign in time.") from None
        return _raw(signature, algorithm)

    async def make(self, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """See :class:`~app.keys.keeper.Keeper`."""
        del ref, algorithm
        raise KeyRefused("Keys at a remote service are made by its provider, and enrolled here.")

    async def look(self, ref: str, algorithm: AnyAlgorithm) -> Found:
        """See :class:`~app.keys.keeper.Keeper`."""
        self._known.pop(ref, None)
        credential = await self._credential(ref, algorithm)
        return Found(_public_key(credential.chain[0], algorithm), credential.chain)

    async def names(self) -> list[str]:
        """See :class:`~app.keys.keeper.Keeper`."""
        found = (await self._say("credentials/list", {})).get("credentialIDs")
        if not isinstance(found, list):
            raise SigningFailed("The remote service lists no credentials.")
        return [one for one in found if isinstance(one, str)][:1000]

    async def trouble(self) -> str | None:
        """See :class:`~app.keys.keeper.Keeper`."""
        if self._pin_refused:
            return _PIN_REFUSED
        now = asyncio.get_running_loop().time()
        if now < self._good_until:
            return None
        try:
            await self._call("info", {}, token=None)
            await self._access_token()
        except ServiceError as error:
            return error.detail
        except _Refused as error:
            return f"The remote service refuses to say what it is ({error})."
        # Those who watch this service ask every few seconds; the provider need not hear of it each time.
        self._good_until = now + self._info_seconds
        return None

    def stuck(self) -> bool:
        """See :class:`~app.keys.keeper.Keeper`; whatever is asked of the service has its time."""
        return False

    async def close(self) -> None:
        """See :class:`~app.keys.keeper.Keeper`."""
        for task in tuple(self._working.values()):
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        await self._client.aclose()

    # --- signing

    async def _work(self, lot: tuple[str, AnyAlgorithm]) -> None:
        """Sign for all who wait for one credential, as many at once as it allows."""
        ref, algorithm = lot
        try:
            while waiting := self._waiting[lot]:
                batch: list[tuple[bytes, asyncio.Future[bytes]]] = []
                try:
                    credential = await self._credential(ref, algorithm)
                    batch, self._waiting[lot] = waiting[: credential.at_once], waiting[credential.at_once :]
                    batch = [(digest, future) for digest, future in batch if not future.done()]
                    if not batch:
                        continue
                    signatures = await self._authorized(ref, credential, algorithm, [digest for digest, _ in batch])
                except ServiceError as error:
                    # Of an error that came before the batch was taken, everybody learns.
                    concerned = batch or self._waiting[lot]
                    if not batch:
                        self._waiting[lot] = []
                    for _, future in concerned:
                        if not future.done():
                            future.set_exception(type(error)(error.detail))
                else:
                    for (_, future), signature in zip(batch, signatures, strict=True):
                        if not future.done():
                            future.set_result(signature)
        finally:
            del self._working[lot]
            del self._waiting[lot]

    async def _authorized(
        self, ref: str, credential: _Credential, algorithm: AnyAlgorithm, digests: Sequence[bytes]
    ) -> list[bytes]:
        # 3, 4
        try:
            try:
                return await self._sign_batch(ref, credential, algorithm, digests)
            except _SignatureRefused as error:
                if error.status not in (400, 401, 403):
                    raise
            return await self._sign_batch(ref, credential, algorithm, digests)
        except _Refused as error:
            raise SigningFailed(f"The remote service does not sign ({error}).") from None

    async def _sign_batch(
        self, ref: str, credential: _Credential, algorithm: AnyAlgorithm, digests: Sequence[bytes]
    ) -> list[bytes]:
        way, version = _way_of(algorithm), self._place.version
        identifier = ref.rpartition("#")[0] or ref
        encoded = [base64.b64encode(digest).decode("ascii") for digest in digests]
        hash_oid = _HASH_OIDS[way.digest]
        wanted: dict[str, Any] = {"credentialID": identifier, "numSignatures": len(digests)}
        if version is CscVersion.V2:
            wanted |= {"hashes": encoded, "hashAlgorithmOID": hash_oid}
        else:
            wanted |= {"hash": encoded}
        if credential.explicit and self._place.pin is not None:
            pin = self._place.pin
            wanted |= {"authData": [{"id": "PIN", "value": pin}]} if version is CscVersion.V2 else {"PIN": pin}
        right = (await self._authorize(identifier, wanted)).get("SAD")
        if not isinstance(right, str) or not right:
            raise SigningFailed("The remote service gave no right to sign.")
        asked: dict[str, Any] = {"credentialID": identifier, "SAD": right, "signAlgo": way.oid}
        if way.parameters is not None:
            asked["signAlgoParams"] = base64.b64encode(way.parameters).decode("ascii")
        if version is CscVersion.V2:
            asked |= {"hashes": encoded, "hashAlgorithmOID": hash_oid, "operationMode": "S"}
        else:
            asked |= {"hash": encoded, "hashAlgo": hash_oid}
        try:
            found = (await self._say_as_client("signatures/signHash", asked)).get("signatures")
        except _Refused as error:
            raise _SignatureRefused(error.status, error.code) from None
        if not isinstance(found, list) or len(found) != len(digests):
            raise SigningFailed("The remote service gave another number of signatures than was asked for.")
        return [_decoded(one) for one in found]

    async def _authorize(self, identifier: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        # 5
        if identifier in self._pin_refused:
            raise KeyringUnusable(_PIN_REFUSED)
        try:
            return await self._say_as_client("credentials/authorize", wanted)
        except _Refused as error:
            if error.code != _WRONG_PIN:
                raise
        self._pin_refused.add(identifier)
        raise KeyringUnusable(_PIN_REFUSED)

    async def _credential(self, ref: str, algorithm: AnyAlgorithm) -> _Credential:
        # 2
        known = self._known.get(ref)
        if known is None or asyncio.get_running_loop().time() > known.known_until:
            known = self._known[ref] = await self._asked_credential(ref)
        if not known.key_oids & _way_of(algorithm).key_oids:
            raise KeyRefused(f"The key of the credential is none for {algorithm}.")
        return known

    async def _asked_credential(self, ref: str) -> _Credential:
        identifier, _, enrolled = ref.rpartition("#") if "#" in ref else (ref, "", "")
        said = await self._say(
            "credentials/info",
            {"credentialID": identifier, "certificates": "chain", "certInfo": True, "authInfo": True},
        )
        key, certificate = said.get("key"), said.get("cert")
        if not isinstance(key, dict) or not isinstance(certificate, dict):
            raise SigningFailed("The remote service says nothing about the credential.")
        if key.get("status") != "enabled" or certificate.get("status", "valid") != "valid":
            raise KeyringUnusable("The remote service has disabled the credential, or its certificate is not valid.")
        encoded, oids, at_once = certificate.get("certificates"), key.get("algo"), said.get("multisign", 1)
        if not isinstance(encoded, list) or not 1 <= len(encoded) <= _MOST_CERTIFICATES or not isinstance(oids, list):
            raise SigningFailed("The remote service names no certificate of the credential, or no algorithm.")
        chain = tuple(_decoded(one) for one in encoded)
        if enrolled and hashlib.sha256(chain[0]).hexdigest() != enrolled:
            raise KeyDiffers("The remote service names another certificate than the one that was enrolled.")
        auth = said.get("auth")
        mode = auth.get("mode") if isinstance(auth, dict) else said.get("authMode")
        if mode not in ("implicit", "explicit"):
            raise KeyringUnusable("The credential wants a person to be there, so nothing can be sealed with it here.")
        return _Credential(
            chain=chain,
            key_oids=frozenset(one for one in oids if isinstance(one, str)),
            at_once=min(max(at_once, 1), _MOST_AT_ONCE) if isinstance(at_once, int) else 1,
            explicit=mode == "explicit",
            known_until=asyncio.get_running_loop().time() + self._info_seconds,
        )

    # --- the one way out

    async def _say(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method as the client, where an error cannot be mended by asking again."""
        try:
            return await self._say_as_client(name, body)
        except _Refused as error:
            if error.status in (400, 404):
                raise KeyUnknown(f"The remote service knows no such credential ({error}).") from None
            raise SigningFailed(f"The remote service refuses {name} ({error}).") from None

    async def _say_as_client(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        token = await self._access_token()
        try:
            return await self._call(name, body, token=token)
        except _Refused as error:
            if error.status != httpx.codes.UNAUTHORIZED or error.code == _WRONG_PIN:
                raise
        # The service has ended the token before its time.
        if self._token is not None and self._token[0] == token:
            self._token = None
        return await self._call(name, body, token=await self._access_token())

    async def _access_token(self) -> str:
        # 1
        async with self._token_lock:
            now = asyncio.get_running_loop().time()
            if self._token is None or now > self._token[1]:
                place = self._place
                asked = {
                    "grant_type": "client_credentials",
                    "client_id": place.client_id,
                    "client_secret": place.client_secret,
                }
                try:
                    said = await self._call("oauth2/token", asked, token=None, form=True)
                except _Refused as error:
                    if error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                        raise SigningFailed(f"The remote service gives no token ({error}).") from None
                    raise KeyringUnusable(f"The remote service refuses our client and its secret ({error}).") from None
                token, lasts = said.get("access_token"), said.get("expires_in", _TOKEN_SECONDS)
                if not isinstance(token, str) or not token or not isinstance(lasts, int):
                    raise SigningFailed("The remote service gave no token.")
                self._token = token, now + max(lasts - _EARLY_SECONDS, 1)
            return self._token[0]

    async def _call(
        self, name: str, body: Mapping[str, Any], *, token: str | None, form: bool = False
    ) -> dict[str, Any]:
        """Call one method.

        Raises:
            _Refused: the service answered with an error.
            SigningFailed: it did not answer, or with what is no answer.
        """
        url, headers = f"{self._place.url}/{name}", {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content: dict[str, Any] = {"data": dict(body)} if form else {"json": dict(body)}
        try:
            async with (
                asyncio.timeout(self._answer_seconds),
                self._client.stream("POST", url, headers=headers, **content) as answer,
            ):
                read = b""
                async for piece in answer.aiter_bytes():
                    read += piece
                    if len(read) > _MOST_BYTES:
                        raise SigningFailed("The remote service answers more than any answer has.")
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise SigningFailed(f"The remote service does not answer {name} ({type(error).__name__}).") from None
        try:
            said = parse(read, max_bytes=_MOST_BYTES)
        except ServiceError:
            said = None
        if answer.status_code != httpx.codes.OK:
            code = said.get("error") if isinstance(said, dict) else None
            raise _Refused(answer.status_code, code if isinstance(code, str) and _CODE.fullmatch(code) else "")
        if not isinstance(said, dict):
            raise SigningFailed(f"The remote service answers {name} with what is no object.")
        return dict(said)


def _way_of(algorithm: AnyAlgorithm) -> _Way:
    way = _WAYS.get(algorithm)
    if way is None:
        raise KeyRefused("Remote services sign digests here, by ECDSA and RSA.")
    return way


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        raise SigningFailed("The remote service gave what is not base64.") from None


def _raw(signature: bytes, algorithm: AnyAlgorithm) -> bytes:
    """Return a signature in the raw form of this house: services give ECDSA in DER (RFC 3279 section 2.2.3), or raw."""
    if isinstance(algorithm, RsaScheme) or len(signature) == signature_length(algorithm):
        return signature
    half = signature_length(algorithm) // 2
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")
    except (ValueError, OverflowError):
        return signature


def _public_key(certificate: bytes, algorithm: AnyAlgorithm) -> AnyPublicKey:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("The credential's certificate cannot be read.") from None
    if isinstance(key, rsa.RSAPublicKey) and isinstance(algorithm, RsaScheme):
        return RsaPublicKey.of_library_key(key, algorithm)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(algorithm, Algorithm):
        found = PublicKey.of_library_key(key)
        if found.algorithm is algorithm:
            return found
    raise KeyRefused(f"The key of the credential's certificate is none for {algorithm}.")
