"""Who signs and verifies: bytes of a credential in, bytes of a signed one out; bytes in, verdict out.

Each has a key of its own and a did:web document with it; each knows the documents of all. Contenders in Python run in
this process, the others in a process of their own that does its own timing, so that no pipe is ever measured.
"""

import base64
import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from pyld import jsonld

from app import strict_json
from app.jsonld import DID_V1, MULTIKEY_V1, PINNED_CONTEXTS
from app.keys import PublicKey, base58
from app.keys.signer import Algorithm, InProcessSigner
from app.securing.data_integrity import secure, verify_proofs
from app.verification.data_model import data_model_findings, issuer_id
from bench.datasets import Dataset

Json = dict[str, Any]
T = TypeVar("T")

EDDSA: Final = "eddsa-rdfc-2022"
ECDSA: Final = "ecdsa-rdfc-2019"
INTEROP: Final = Path(__file__).resolve().parent.parent / "interop"
OPENVC_PYTHON: Final = INTEROP.parent / ".venv-interop" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Timed:
    """How long each of many runs took, in nanoseconds, and what the last of them gave."""

    nanoseconds: list[int]
    output: bytes


class Contender(Protocol):
    """One implementation with one cryptosuite."""

    name: str
    did: str

    @property
    def verifies(self) -> bool:
        """Whether there is something to verify with."""

    def input(self, dataset: Dataset) -> bytes | None:
        """Return what is signed, or none where this contender cannot."""

    def documents(self) -> Mapping[str, Json]:
        """Return the DID document of this contender."""

    def know(self, documents: Mapping[str, Json]) -> None:
        """Take the DID documents of all."""

    def issue(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """Sign ``text`` again and again for some time."""

    def verify(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """Verify ``text`` again and again; the output is ``b"true"`` or what is wrong."""

    def close(self) -> None:
        """End what was started."""


def did_of(name: str) -> str:
    """Return the DID of a contender."""
    return "did:web:bench.university.example:" + "".join(letter for letter in name.lower() if letter.isalnum())


def did_document(did: str, multikey: str) -> Json:
    """Return a document with one key for assertions."""
    method = f"{did}#key-1"
    return {
        "@context": [DID_V1, MULTIKEY_V1],
        "id": did,
        "verificationMethod": [{"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}],
        "assertionMethod": [method],
    }


def timed(run: Callable[[bytes], bytes], text: bytes, seconds: float, least: int) -> Timed:
    """Run again and again for some time, and ``least`` times at least."""
    clock = time.perf_counter_ns
    measured: list[int] = []
    output = b""
    ends = clock() + int(seconds * 1e9)
    while len(measured) < least or clock() < ends:
        began = clock()
        output = run(text)
        measured.append(clock() - began)
    return Timed(measured, output)


def to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run what never suspends, as signing with a key in this process never does, without a loop around it."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("a signer in this process suspended")


@dataclass(frozen=True, slots=True)
class _Method:
    """A verification method as its document has it."""

    public_key: PublicKey
    for_assertion: bool
    for_authentication: bool = False


class Ours:
    """This service's own path: strict JSON, walker, Data Integrity with the check of each new proof."""

    verifies: Final = True

    def __init__(self, algorithm: Algorithm) -> None:
        suite = EDDSA if algorithm is Algorithm.ED25519 else ECDSA
        self.name = f"this service, walker, {suite}"
        self.did = did_of(f"ours{algorithm}")
        self._signer = InProcessSigner.generate(algorithm)
        self._documents: Mapping[str, Json] = {}

    def input(self, dataset: Dataset) -> bytes | None:
        """See :class:`Contender`."""
        return dataset.issued_by(self.did)

    def documents(self) -> Mapping[str, Json]:
        """See :class:`Contender`."""
        return {self.did: did_document(self.did, self._signer.public_key.multikey)}

    def know(self, documents: Mapping[str, Json]) -> None:
        """See :class:`Contender`."""
        self._documents = documents

    def issue(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`Contender`."""
        signers = [(self._signer, f"{self.did}#key-1")]

        def sign(content: bytes) -> bytes:
            document = strict_json.parse(content)
            assert isinstance(document, dict)
            return orjson.dumps(to_end(secure(document, signers=signers, created=now())))

        return timed(sign, text, seconds, least)

    def verify(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """Check data model, proof, key and issuer; the peers are asked for the same."""

        def check(content: bytes) -> bytes:
            document = strict_json.parse(content)
            assert isinstance(document, dict)
            findings = data_model_findings(document)
            results = verify_proofs(document, self._resolve, now=now())
            issuer = issuer_id(document)
            bound = all((result.verification_method or "").partition("#")[0] == issuer for result in results)
            if findings or not results or not bound or not all(result.verified for result in results):
                return f"{findings} {results}".encode()
            return b"true"

        return timed(check, text, seconds, least)

    def _resolve(self, url: str) -> _Method | None:
        document = self._documents.get(url.partition("#")[0], {})
        for method in document.get("verificationMethod", []):
            if method["id"] == url:
                key = PublicKey.from_multikey(method["publicKeyMultibase"])
                return _Method(key, url in document["assertionMethod"])
        return None

    def close(self) -> None:
        """Nothing was started."""


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)  # noqa: TID251 - a benchmark measures the product, which asks the clock here


class PyldOnly:
    """What one writes with PyLD and ``cryptography``: the suite's two canonical forms, two hashes, one signature."""

    name = f"PyLD and cryptography, {EDDSA}"
    verifies: Final = True

    def __init__(self) -> None:
        self.did = did_of("pyld")
        self._key = ed25519.Ed25519PrivateKey.generate()
        self._known: Mapping[str, Json] = {}
        contexts = {url: json.loads(pinned.content) for url, pinned in PINNED_CONTEXTS.items()}

        def load(url: str, _options: object) -> Json:
            return {"contextUrl": None, "documentUrl": url, "document": contexts[url]}

        self._options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}

    def input(self, dataset: Dataset) -> bytes | None:
        """See :class:`Contender`."""
        return dataset.issued_by(self.did)

    def documents(self) -> Mapping[str, Json]:
        """See :class:`Contender`."""
        multikey = "z" + base58.encode(b"\xed\x01" + self._key.public_key().public_bytes_raw())
        return {self.did: did_document(self.did, multikey)}

    def know(self, documents: Mapping[str, Json]) -> None:
        """See :class:`Contender`."""
        self._known = documents

    def _signing_input(self, document: Json, options: Json) -> bytes:
        options = {"@context": document["@context"], **options}
        return b"".join(
            hashlib.sha256(jsonld.normalize(each, self._options).encode()).digest() for each in (options, document)
        )

    def sign(self, document: Json) -> Json:
        """Return the document with a proof."""
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": EDDSA,
            "created": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verificationMethod": f"{self.did}#key-1",
            "proofPurpose": "assertionMethod",
        }
        signature = self._key.sign(self._signing_input(document, proof))
        return {**document, "proof": {**proof, "proofValue": "z" + base58.encode(signature)}}

    def issue(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`Contender`."""
        return timed(lambda content: json.dumps(self.sign(json.loads(content))).encode(), text, seconds, least)

    def verify(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`Contender`. Proofs of Ed25519 alone."""

        def check(content: bytes) -> bytes:
            document = json.loads(content)
            proof = document.pop("proof")
            signature = base58.decode(proof.pop("proofValue")[1:], max_bytes=64)
            did = proof["verificationMethod"].partition("#")[0]
            issuer = document["issuer"]
            (method,) = self._known[did]["verificationMethod"]
            key = ed25519.Ed25519PublicKey.from_public_bytes(
                base58.decode(method["publicKeyMultibase"][1:], max_bytes=34)[2:]
            )
            try:
                key.verify(signature, self._signing_input(document, proof))
            except InvalidSignature:
                return b"false"
            return b"true" if did == (issuer if isinstance(issuer, str) else issuer["id"]) else b"another issuer"

        return timed(check, text, seconds, least)

    def close(self) -> None:
        """Nothing was started."""


class PeerSilent(Exception):
    """A peer's process ended instead of answering."""


class Peer:
    """A contender in a process of its own, which reads and writes one JSON value a line."""

    verifies: Final = True

    def __init__(self, name: str, command: list[str | Path], suite: str) -> None:
        self.name = name
        self.did = did_of(name)
        self._suite = suite
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own scripts

    def _ask(self, **question: object) -> Json:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise PeerSilent(f"{self.name} ended with {self._process.wait()}")
        answer: Json = json.loads(line)
        if "error" in answer:
            raise PeerSilent(f"{self.name}: {answer['error']}")
        return answer

    def input(self, dataset: Dataset) -> bytes | None:
        """See :class:`Contender`."""
        return dataset.issued_by(self.did)

    def documents(self) -> Mapping[str, Json]:
        """See :class:`Contender`."""
        answer = self._ask(op="begin", did=self.did, suite=self._suite)
        return {self.did: did_document(self.did, answer["publicKeyMultibase"])}

    def know(self, documents: Mapping[str, Json]) -> None:
        """See :class:`Contender`."""
        self._ask(op="know", documents=dict(documents))

    def _time(self, op: str, text: bytes, seconds: float, least: int) -> Timed:
        answer = self._ask(op=op, text=base64.b64encode(text).decode(), seconds=seconds, least=least)
        return Timed(answer["nanoseconds"], base64.b64decode(answer["output"]))

    def issue(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`Contender`."""
        return self._time("issue", text, seconds, least)

    def verify(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`Contender`."""
        return self._time("verify", text, seconds, least)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)


def digital_bazaar(suite: str) -> Peer:
    """@digitalbazaar/vc in Node.js."""
    return Peer(f"@digitalbazaar/vc, {suite}", ["node", INTEROP / "node" / "bench.mjs"], suite)


def openvc() -> Peer:
    """openvc-core in an environment of its own."""
    return Peer(f"openvc-core, {EDDSA}", [OPENVC_PYTHON, INTEROP / "openvc" / "bench.py"], EDDSA)
