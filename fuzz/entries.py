"""The doors through which bytes of strangers come in, each as a function for a fuzzer, and what to begin with.

A function returns for every input, or raises: a failure without a name, an answer that cannot be written, or, worst,
:class:`Wrong`: *valid* for what nobody signed. What has a name (``ServiceError``) is a good answer. Nothing is
looked up; the keys of the issuers known here are made from a text, so that the same inputs verify in every run.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.errors import ServiceError
from app.jsonld import canonicalize
from app.jsonld.contexts import pinned_context
from app.keys import Algorithm, InProcessSigner, KeyState, did_key
from app.securing import key_proof, secure, vc_jose
from app.securing.jws import encode_base64url
from app.settings import Lookups
from app.status import BitstringStatusList, parse_status_index
from app.strict_json import canonical, parse
from app.trust.fetch import GuardedFetch
from app.trust.members import AllianceMember, MemberKey, Members
from app.verification.evidence import Policy
from app.verification.gather import OwnStatus, World
from app.verification.report import Verdict
from app.verification.submission import read_submission
from app.verification.verifier import Verifier
from app.world import template_findings

REPOSITORY: Final = Path(__file__).resolve().parent.parent
APPROVED: Final = REPOSITORY / "tests" / "approved"
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOST_BYTES: Final = 256 * 1024
"""Of one input to /verify: bounds on size have tests of their own, and small inputs are tried more often."""

_ISSUER: Final = "https://credentials.example/issuers/test"
_HOLDER: Final = "holder"
_PROOF_TYPES: Final = ("openid4vci-proof+jwt", "dpop+jwt")
_PROOF_HEADERS: Final = ("jwk", "did:jwk", "did:key")

Json = Any
Target = Callable[[bytes], None]


class Wrong(Exception):
    """The door did what it must never do."""


def _signer(name: str, algorithm: Algorithm) -> InProcessSigner:
    secret = hashlib.sha256(f"{name} {algorithm}".encode()).digest()
    if algorithm is Algorithm.ED25519:
        return InProcessSigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret))
    return InProcessSigner(ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1()))


async def _proof(typ: str, named: str) -> bytes:
    """Return a proof of a wallet's key, which its header names in one way or another."""
    signer = _signer(_HOLDER, Algorithm.ED25519)
    multikey = did_key(signer.public_key)
    names: dict[str, Json] = {
        "jwk": {"jwk": signer.public_key.jwk()},
        "did:jwk": {"kid": f"{key_proof.did_jwk(signer.public_key)}#0"},
        "did:key": {"kid": f"{multikey}#{multikey.removeprefix('did:key:')}"},
    }
    claims = {"aud": _ISSUER, "iat": NOW.timestamp(), "nonce": "n", "htm": "POST", "htu": _ISSUER, "jti": "j"}
    parts = [canonical(part) for part in ({"typ": typ, "alg": "EdDSA", **names[named]}, claims)]
    covered = b".".join(encode_base64url(part) for part in parts)
    return covered + b"." + encode_base64url(await signer.sign(covered))


class _AtOnce(Executor):
    """Does the work where it is asked for: one input, one thread, the same way each time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - the base's
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            future.set_exception(error)
        return future


class Doors:
    """One deployment in memory: its members, what they signed, and the doors."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        approved = (APPROVED / "service.vcdm2.json").read_bytes()
        # What an earlier run kept of another document holds under no key of these doors.
        member = f"member {hashlib.sha256(approved).hexdigest()}"
        self._signers = {algorithm: _signer(member, algorithm) for algorithm in (Algorithm.ED25519, Algorithm.P256)}
        document = json.loads(approved)
        self._did: str = document["issuer"]["id"]
        self._slug = self._did.rsplit(":", 1)[-1]
        self._lists = document["credentialStatus"][0]["statusListCredential"].rpartition("/status/")[0] + "/status/"
        keys = tuple(
            MemberKey(self._method(algorithm), signer.public_key, KeyState.ACTIVE)
            for algorithm, signer in self._signers.items()
        )
        self._members = Members((AllianceMember(self._slug, self._did, ("A member",), keys=keys),))
        world = World(
            fetch=GuardedFetch(enabled=False),
            members=self._known,
            own_status=self._status,
            read_and_check=template_findings,
            threads=_AtOnce(),
            slow_threads=_AtOnce(),
        )
        self._verifier = Verifier(world, Policy(lookups=Lookups.OFF))
        self._signed: set[bytes] = set()
        self.seeds = self._loop.run_until_complete(self._make_seeds())

    def close(self) -> None:
        """Let go of the event loop."""
        self._loop.run_until_complete(self._verifier.close())
        self._loop.close()

    def _method(self, algorithm: Algorithm) -> str:
        return f"{self._did}#{algorithm.lower()}"

    async def _known(self) -> Members:
        return self._members

    async def _status(self, list_url: str, purpose: str, index: int) -> OwnStatus | None:
        del purpose
        return OwnStatus(self._did, index == 1) if list_url.startswith(self._lists) else None

    # --- the doors

    def verify(self, content: bytes) -> None:
        """POST /verify, from the bytes to the bytes of the report."""
        if len(content) > MOST_BYTES:
            return
        try:
            submission = read_submission(content)
        except ServiceError:
            return
        report = self._loop.run_until_complete(self._verifier.verify(submission, now=NOW))
        report.model_dump_json()
        if report.verdict is Verdict.VALID and not self._was_signed(submission.document):
            raise Wrong("valid, and nobody signed it")

    def _was_signed(self, document: Json) -> bool:
        """Whether a member of these doors signed it; of a presentation, whether it signed what is presented."""
        if isinstance(document, Mapping) and isinstance(held := document.get("verifiableCredential"), list):
            return all(self._was_signed(credential) for credential in held)
        return _claims(document) in self._signed or _statements(document) in self._signed

    @staticmethod
    def read_json(content: bytes) -> None:
        """The strict reader: others take it for the same, and its canonical form reads back."""
        try:
            value = parse(content)
        except ServiceError:
            return
        if json.loads(content) != value:
            raise Wrong("read as something else than by the standard library")
        try:
            text = canonical(value)
        except ValueError:
            return  # half a surrogate pair
        try:
            again = parse(text)
        except ServiceError as error:
            # RFC 8785 writes the double 1e+20 as an integer, which nobody may send: not every reader keeps all of it.
            if {finding.code for finding in error.findings} == {"integer-too-large"}:
                return
            raise
        if again != value or canonical(again) != text:
            raise Wrong("the canonical form is not its own canonical form")

    @staticmethod
    def read_token(content: bytes) -> None:
        """The reader of vc+jwt, and a key that signed nothing."""
        try:
            token = vc_jose.read(content)
        except ServiceError:
            return
        signer = _signer("nobody", Algorithm.P256)
        if vc_jose.check(token, lambda _: signer.public_key).verified:
            raise Wrong("a token verifies with a key that signed none")

    @staticmethod
    def read_status_list(content: bytes) -> None:
        """The decoder of status lists, as compressed bytes and as text; and the index of an entry."""
        texts = ["u" + base64.urlsafe_b64encode(content).rstrip(b"=").decode(), content.decode("latin-1")]
        for text in texts:
            try:
                decoded = BitstringStatusList.decode(text)
            except ServiceError:
                continue
            again = BitstringStatusList.decode(decoded.encoded())
            if again != decoded:
                raise Wrong("a list changes when it is written and read again")
        try:
            index = parse_status_index(texts[1])
        except ServiceError:
            return
        if str(index) != texts[1]:
            raise Wrong("an index that is written in another way")

    def read_proof(self, content: bytes) -> None:
        """The readers of what wallets show keys with: key proofs and DPoP proofs, which bring their own key."""
        text = content.decode("utf-8", errors="replace")
        readers: tuple[Callable[[], object], ...] = (
            lambda: key_proof.read_key_proof(text, audience=_ISSUER, now=NOW),
            lambda: key_proof.read_dpop_proof(text, method="POST", url=_ISSUER, access_token=None, now=NOW),
        )
        for read in readers:
            try:
                read()
            except ServiceError:
                continue
            if content not in self.seeds["proof"]:
                raise Wrong("a proof holds that nobody signed")

    def targets(self) -> dict[str, Target]:
        """Return each door by name."""
        return {
            "verify": self.verify,
            "json": self.read_json,
            "token": self.read_token,
            "status": self.read_status_list,
            "proof": self.read_proof,
        }

    # --- what to begin with

    async def _make_seeds(self) -> dict[str, list[bytes]]:
        signers = [(signer, self._method(algorithm)) for algorithm, signer in self._signers.items()]
        stranger = _signer("stranger", Algorithm.ED25519)
        stranger_did = did_key(stranger.public_key)
        documents, tokens = [], []
        for name in ("academic", "service"):
            document = json.loads((APPROVED / f"{name}.vcdm2.json").read_bytes())
            for resource in document["relatedResource"]:  # the approved ones state the digest of another context
                digest = b"\x12\x20" + hashlib.sha256(pinned_context(resource["id"]).content).digest()
                resource["digestMultibase"] = "u" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            self._signed |= {_claims(document), _statements(document)}
            documents.append(await secure(document, signers=signers, created=NOW))
            tokens.append(
                await vc_jose.secure(
                    document, signer=self._signers[Algorithm.P256], key_id=self._method(Algorithm.P256)
                )
            )
        plain = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": stranger_did,
            "credentialSubject": {"id": "did:example:1"},
            "credentialStatus": {
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "94567",
                "statusListCredential": "https://status.example/1",
            },
        }
        method = f"{stranger_did}#{stranger_did.removeprefix('did:key:')}"
        documents.append(await secure(plain, signers=[(stranger, method)], created=NOW))
        blank = {**plain, "credentialSubject": [{"type": "Person"}, {"type": "Person"}], "evidence": [{}, {}]}
        old = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiableCredential"],
            "issuer": stranger_did,
            "issuanceDate": "2026-01-01T00:00:00Z",
            "credentialSubject": {},
        }
        presentation = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [documents[0], plain],
        }
        envelope = {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:{vc_jose.MEDIA_TYPE},{tokens[0].decode()}",
        }
        documents += [blank, old, presentation, envelope]
        edc = [(APPROVED / "service.edc.json").read_bytes()]
        texts = [json.dumps(document).encode() for document in documents]
        empty = BitstringStatusList()
        some = BitstringStatusList(raised=range(0, 131_072, 7))
        lists = [empty.encoded(), some.encoded()]
        raw = [base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)) for text in lists]
        return {
            "verify": [*texts, *edc, *tokens],
            "json": [
                texts[-1],
                b'{"a":[1,-0.5e3,"\\u00e9\\ud83d\\ude00",true,null,{"b":{}}]}',
                b'{"a":1,"a":2}',
                b'"\\ud800"',
            ],
            "token": tokens,
            "status": [*(text.encode() for text in lists), *raw, b"94567"],
            "proof": [await _proof(typ, header) for typ in _PROOF_TYPES for header in _PROOF_HEADERS],
        }


def _statements(document: Json) -> bytes:
    """Return the canonical form of what it says: a member that repeats what stands elsewhere may go without notice.

    That the canonical form leaves nothing out is for the differential fuzzer to show.
    """
    members: Mapping[str, Json] = document if isinstance(document, Mapping) else {}
    try:
        return canonicalize({name: value for name, value in members.items() if name != "proof"})
    except ServiceError:
        return b""


def _claims(document: Json) -> bytes:
    """Return what a proof or a token would cover."""
    members: Mapping[str, Json] = document if isinstance(document, Mapping) else {}
    return canonical({name: value for name, value in members.items() if name != "proof"})
