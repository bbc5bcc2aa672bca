"""A remote signing service (Cloud Signature Consortium API 2 and 1.0.4) that is strict, and misbehaves when told to.

Real HTTP; its keys are in its own memory. It refuses whatever a service may refuse: members of the other version,
digests that were not authorised, a right that was used, another client.
"""

import asyncio
import base64
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.served import served

CLIENT, SECRET, PIN = "enhance", "the client's secret", "2468"
SHA256, SHA384 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2"
ECDSA_256, ECDSA_384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"
RSA_PKCS1, RSA_PSS = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.10"


class Fault(Enum):
    """What the service does instead, once."""

    TOKEN_ENDED = auto()
    RIGHT_ENDED = auto()
    TOO_MANY = auto()
    UNAVAILABLE = auto()
    ANOTHER_CERTIFICATE = auto()
    WRONG_SIGNATURE = auto()
    ANOTHER_HASH = auto()
    ONE_TOO_FEW = auto()
    NO_JSON = auto()
    ENDLESS = auto()
    SLOW = auto()
    DISABLED = auto()
    WANTS_A_PERSON = auto()


@dataclass
class Credential:
    """One key of the provider's customer, with its certificate."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: list[bytes]
    multisign: int = 5
    explicit: bool = True


@dataclass
class CscService:
    """The service; ``faults`` is worked off, the first that fits the call. ``calls`` counts by method."""

    version: str = "2"
    credentials: dict[str, Credential] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    slow_seconds: float = 60
    most_at_once: int = 0
    down: bool = False
    _tokens: set[str] = field(default_factory=set)
    _rights: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self):
        """Serve; return the base address."""
        prefix = "/csc/v2" if self.version == "2" else "/csc/v1"
        routes = {
            "info": self._info,
            "oauth2/token": self._token,
            "credentials/list": self._list,
            "credentials/info": self._credential,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        application = Starlette(
            routes=[Route(f"{prefix}/{name}", self._of(name, say), methods=["POST"]) for name, say in routes.items()]
        )
        async with served(application) as (host, port):
            yield f"http://{host}:{port}{prefix}"

    def _has(self, *faults):
        for fault in self.faults:
            if fault in faults:
                self.faults.remove(fault)
                return fault
        return None

    def _of(self, name, say):
        async def answer(request: Request) -> Response:
            self.calls[name] = self.calls.get(name, 0) + 1
            if self.down:
                return JSONResponse({"error": "temporarily_unavailable"}, 503)
            if name == "signatures/signHash":
                match self._has(Fault.UNAVAILABLE, Fault.NO_JSON, Fault.ENDLESS, Fault.SLOW):
                    case Fault.UNAVAILABLE:
                        return JSONResponse({"error": "temporarily_unavailable"}, 503)
                    case Fault.NO_JSON:
                        return Response("<html>Gateway</html>", media_type="text/html")
                    case Fault.ENDLESS:
                        return Response(b" " * 2_000_000)
                    case Fault.SLOW:
                        await asyncio.sleep(self.slow_seconds)
            if name in ("info", "oauth2/token"):
                return await say(request)
            bearer = request.headers.get("authorization", "")
            if self._has(Fault.TOKEN_ENDED):
                self._tokens.clear()
            if bearer.removeprefix("Bearer ") not in self._tokens:
                return JSONResponse({"error": "invalid_token"}, 401)
            return say(await request.json())

        return answer

    async def _info(self, _request):
        return JSONResponse({"specs": "2.0.0.2" if self.version == "2" else "1.0.4.0", "name": "A counterpart"})

    async def _token(self, request):
        said = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if said != {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}:
            return JSONResponse({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe()
        self._tokens.add(token)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _list(self, _body):
        return JSONResponse({"credentialIDs": sorted(self.credentials)})

    def _credential(self, body):
        credential = self.credentials.get(body.get("credentialID"))
        if credential is None:
            return JSONResponse({"error": "invalid_request"}, 400)
        fault = self._has(Fault.ANOTHER_CERTIFICATE, Fault.DISABLED, Fault.WANTS_A_PERSON)
        chain = (
            [another_certificate(), *credential.chain[1:]] if fault is Fault.ANOTHER_CERTIFICATE else credential.chain
        )
        is_rsa = isinstance(credential.key, rsa.RSAPrivateKey)
        mode = "oauth2code" if fault is Fault.WANTS_A_PERSON else "explicit" if credential.explicit else "implicit"
        return JSONResponse(
            {
                "key": {
                    "status": "disabled" if fault is Fault.DISABLED else "enabled",
                    "algo": [RSA_PKCS1, RSA_PSS] if is_rsa else [ECDSA_256, ECDSA_384],
                    "len": credential.key.key_size,
                },
                "cert": {"status": "valid", "certificates": [base64.b64encode(one).decode() for one in chain]},
                "multisign": credential.multisign,
                **({"auth": {"mode": mode}, "SCAL": "2"} if self.version == "2" else {"authMode": mode, "SCAL": "2"}),
            }
        )

    def _authorize(self, body):
        credential = self.credentials.get(body.get("credentialID"))
        named = body.get("hashes" if self.version == "2" else "hash")
        expected = {"credentialID", "numSignatures"}
        expected |= {"hashes", "hashAlgorithmOID"} if self.version == "2" else {"hash"}
        pin = None
        if credential and credential.explicit:
            expected |= {"authData"} if self.version == "2" else {"PIN"}
            pin = body.get("PIN") if self.version != "2" else (body.get("authData") or [{}])[0].get("value")
        if credential is None or set(body) != expected or body["numSignatures"] != len(named):
            return JSONResponse({"error": "invalid_request"}, 400)
        if credential.explicit and pin != PIN:
            return JSONResponse({"error": "invalid_pin"}, 400)
        if len(named) > credential.multisign or self._has(Fault.TOO_MANY):
            return JSONResponse({"error": "invalid_request"}, 400)
        self.most_at_once = max(self.most_at_once, len(named))
        right = secrets.token_urlsafe()
        self._rights[right] = (body["credentialID"], tuple(named))
        return JSONResponse({"SAD": right, "expiresIn": 300})

    def _sign(self, body):
        named = body.get("hashes" if self.version == "2" else "hash")
        expected = {"credentialID", "SAD", "signAlgo"} | (
            {"signAlgoParams"} if body.get("signAlgo") == RSA_PSS else set()
        )
        if self.version == "2":
            expected |= {"hashes", "hashAlgorithmOID", "operationMode"}
        else:
            expected |= {"hash", "hashAlgo"}
        right = self._rights.pop(body.get("SAD"), None)
        if self._has(Fault.RIGHT_ENDED):
            right = None
        if right != (body.get("credentialID"), tuple(named or ())):
            return JSONResponse({"error": "invalid_request"}, 400)
        if set(body) != expected:
            return JSONResponse({"error": "invalid_request"}, 400)
        algorithm = body["hashAlgorithmOID" if self.version == "2" else "hashAlgo"]
        digests = [base64.b64decode(one) for one in named]
        fault = self._has(Fault.WRONG_SIGNATURE, Fault.ANOTHER_HASH, Fault.ONE_TOO_FEW)
        if fault is Fault.ANOTHER_HASH:
            digests = [secrets.token_bytes(len(digest)) for digest in digests]
        key = self.credentials[body["credentialID"]].key
        signatures = [_signature(key, body["signAlgo"], algorithm, digest) for digest in digests]
        if fault is Fault.WRONG_SIGNATURE:
            signatures = [signature[:-1] + bytes([signature[-1] ^ 1]) for signature in signatures]
        if fault is Fault.ONE_TOO_FEW:
            signatures = signatures[:-1]
        return JSONResponse({"signatures": [base64.b64encode(one).decode() for one in signatures]})


def _signature(key, oid, hash_oid, digest):
    hash_algorithm = {SHA256: hashes.SHA256(), SHA384: hashes.SHA384()}[hash_oid]
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = {RSA_PKCS1: padding.PKCS1v15(), RSA_PSS: padding.PSS(padding.MGF1(hash_algorithm), 32)}[oid]
        return key.sign(digest, scheme, Prehashed(hash_algorithm))
    assert oid == {SHA256: ECDSA_256, SHA384: ECDSA_384}[hash_oid]
    # In DER, as providers give it.
    return key.sign(digest, ec.ECDSA(Prehashed(hash_algorithm)))


def another_certificate():
    """Return a certificate of somebody else, in DER."""
    return self_signed(ec.generate_private_key(ec.SECP256R1()))


def self_signed(key):
    """Return a certificate that is of no use but to name ``key``, in DER."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    certificate = builder.not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    return certificate.public_bytes(Encoding.DER)
