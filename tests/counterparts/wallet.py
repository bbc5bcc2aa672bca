"""A wallet as OpenID4VCI 1.0 has it: reads metadata, redeems offers, shows keys, fetches credentials.

Its proofs are written here by hand, so that tests can write wrong ones.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from app.keys import Algorithm, InProcessSigner, did_key

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
BOUND = "enhance-microcredential.ldp_vc"
UNBOUND = "enhance-microcredential.ldp_vc.unbound"
_ALG = {Algorithm.P256: "ES256", Algorithm.ED25519: "EdDSA", Algorithm.P384: "ES384"}
Json = Any


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(value: Json) -> str:
    return base64url(json.dumps(value).encode())


async def signed(signer: InProcessSigner, header: Json, payload: Json) -> str:
    """Return a JWS of whatever header and payload."""
    covered = f"{encoded(header)}.{encoded(payload)}"
    return f"{covered}.{base64url(await signer.sign(covered.encode()))}"


@dataclass
class Key:
    """A key of a wallet, and how it is named in proofs: ``jwk``, ``did:jwk`` or ``did:key``."""

    signer: InProcessSigner
    named: str = "jwk"

    @classmethod
    def new(cls, algorithm: Algorithm = Algorithm.P256, named: str = "jwk") -> "Key":
        return cls(InProcessSigner.generate(algorithm), named)

    @property
    def jwk(self) -> dict[str, str]:
        return self.signer.public_key.jwk()

    @property
    def alg(self) -> str:
        return _ALG[self.signer.algorithm]

    @property
    def did(self) -> str:
        """The DID that a credential is bound to."""
        if self.named == "did:key":
            return did_key(self.signer.public_key)
        if self.named == "did:jwk":
            # Members in an order, and with a member, that nobody would choose anew: the DID is what the wallet says.
            return f"did:jwk:{encoded({'use': 'sig', **dict(reversed(self.jwk.items()))})}"
        return f"did:jwk:{base64url(json.dumps(self.jwk, sort_keys=True, separators=(',', ':')).encode())}"

    def header(self) -> dict[str, Json]:
        if self.named == "jwk":
            return {"jwk": self.jwk}
        fragment = "0" if self.named == "did:jwk" else self.did.removeprefix("did:key:")
        return {"kid": f"{self.did}#{fragment}"}

    @property
    def thumbprint(self) -> str:
        return base64url(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())


@dataclass
class Wallet:
    """Talks to one issuer. ``now`` gives the time in seconds."""

    http: httpx.AsyncClient
    issuer: str
    now: Any
    keys: Sequence[Key] = field(default_factory=lambda: [Key.new()])
    dpop_key: Key | None = None
    token: dict[str, Json] = field(default_factory=dict)

    # --- reading

    @staticmethod
    def offer_of(uri: str) -> tuple[str, str]:
        """Return how an offer came, by reference or by value, and the address or the offer."""
        parts = parse_qs(urlsplit(uri).query)
        (name, (value,)), *_ = parts.items()
        return name, value

    @classmethod
    async def scan(cls, http: httpx.AsyncClient, uri: str, now: Any, **options: Any) -> tuple["Wallet", Json]:
        """Read an offer, by reference or by value."""
        name, value = cls.offer_of(uri)
        if name == "credential_offer_uri":
            answer = await http.get(value)
            assert answer.status_code == 200, answer.text
            offer = answer.json()
        else:
            offer = json.loads(value)
        return cls(http, offer["credential_issuer"], now, **options), offer

    async def metadata(self) -> Json:
        host, path = self.issuer.split("/issuers/")
        answer = await self.http.get(f"{host}/.well-known/openid-credential-issuer/issuers/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    # --- proofs

    async def proof(self, key: Key, nonce: str | None, *, header: Json = None, claims: Json = None) -> str:
        """Return a key proof; ``header`` and ``claims`` change what is usual (None: leave the member out)."""
        usual = {"typ": "openid4vci-proof+jwt", "alg": key.alg, **key.header()}
        said = {"aud": self.issuer, "iat": int(self.now()), "nonce": nonce}
        return await signed(key.signer, _changed(usual, header), _changed(said, claims))

    async def dpop(self, endpoint: str, *, with_token: bool, header: Json = None, claims: Json = None) -> str:
        """Return a DPoP proof."""
        key = self.dpop_key
        assert key is not None
        said = {
            "jti": secrets.token_hex(8),
            "htm": "POST",
            "htu": f"{self.issuer}/{endpoint}",
            "iat": int(self.now()),
        }
        if with_token:
            said["ath"] = base64url(hashlib.sha256(self.token["access_token"].encode()).digest())
        usual = {"typ": "dpop+jwt", "alg": key.alg, "jwk": key.jwk}
        return await signed(key.signer, _changed(usual, header), _changed(said, claims))

    # --- requests

    async def redeem(
        self, offer: Json, transaction_code: str | None = None, *, headers: Json = None, **parameters: str
    ) -> httpx.Response:
        """Ask for a token; keep it if there is one."""
        form = {"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"]}
        if transaction_code is not None:
            form["tx_code"] = transaction_code
        sent = dict(headers or {})
        if self.dpop_key is not None and "DPoP" not in sent:
            sent["DPoP"] = await self.dpop("token", with_token=False)
        answer = await self.http.post(f"{self.issuer}/token", data={**form, **parameters}, headers=sent)
        if answer.status_code == 200:
            self.token = answer.json()
        return answer

    async def nonce(self) -> str:
        answer = await self.http.post(f"{self.issuer}/nonce")
        assert answer.status_code == 200, answer.text
        nonce: str = answer.json()["c_nonce"]
        return nonce

    async def post(self, endpoint: str, body: Json, *, headers: Json = None) -> httpx.Response:
        """Send a request with the token."""
        sent = dict(headers or {})
        if "Authorization" not in sent:
            scheme = "Bearer" if self.dpop_key is None else "DPoP"
            sent["Authorization"] = f"{scheme} {self.token['access_token']}"
        if self.dpop_key is not None and "DPoP" not in sent:
            sent["DPoP"] = await self.dpop(endpoint, with_token=True)
        return await self.http.post(f"{self.issuer}/{endpoint}", json=body, headers=sent)

    async def fetch(self, configuration: str = BOUND, **members: Json) -> httpx.Response:
        """Ask for the credential, with a proof of each key."""
        body: dict[str, Json] = {"credential_configuration_id": configuration}
        if configuration != UNBOUND:
            nonce = await self.nonce()
            body["proofs"] = {"jwt": [await self.proof(key, nonce) for key in self.keys]}
        return await self.post("credential", {**body, **members})


def _changed(usual: Mapping[str, Json], changes: Mapping[str, Json] | None) -> dict[str, Json]:
    return {name: value for name, value in {**usual, **(changes or {})}.items() if value is not None}
