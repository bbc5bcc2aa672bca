"""openvc-core, timed within its own process, with the questions and answers of ``interop/node/bench.mjs``."""

import base64
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519
from openvc import Ed25519SigningKey, OpenvcError, VerificationPolicy, verify_credential
from openvc.did.base import DidResolverRegistry
from openvc.multibase import encode_multibase
from openvc.proof.data_integrity import DataIntegrityProofSuite
from verify import HandedIn, pinned_contexts  # beside this file

ED25519_MULTICODEC = b"\xed\x01"


class Contender:
    """One key, and the documents of everybody."""

    def __init__(self) -> None:
        self._contexts = pinned_contexts()
        self._suite = DataIntegrityProofSuite()
        self._policy = VerificationPolicy(require_status=False)

    def begin(self, question: dict[str, Any]) -> dict[str, Any]:
        """Make the key."""
        private_key = ed25519.Ed25519PrivateKey.generate()
        self._method = f"{question['did']}#key-1"
        self._key = Ed25519SigningKey(private_key, self._method)
        raw = private_key.public_key().public_bytes_raw()
        return {"publicKeyMultibase": encode_multibase(ED25519_MULTICODEC + raw)}

    def know(self, question: dict[str, Any]) -> dict[str, Any]:
        """Take the documents."""
        self._resolver = DidResolverRegistry([HandedIn(question["documents"])])
        return {}

    def sign(self, text: bytes) -> bytes:
        """Return the credential with a proof."""
        secured = self._suite.add_proof(
            json.loads(text),
            signing_key=self._key,
            verification_method=self._method,
            extra_contexts=self._contexts,
        )
        return json.dumps(secured).encode()

    def verify(self, text: bytes) -> bytes:
        """Return ``true`` or what is wrong."""
        try:
            verify_credential(
                json.loads(text), policy=self._policy, resolver=self._resolver, extra_contexts=self._contexts
            )
        except OpenvcError as error:
            return f"{type(error).__name__}: {error}".encode()
        return b"true"


def timed(run: Callable[[bytes], bytes], question: dict[str, Any]) -> dict[str, Any]:
    """Run again and again; return each duration and the last output."""
    text = base64.b64decode(question["text"])
    nanoseconds: list[int] = []
    output = b""
    ends = time.perf_counter_ns() + int(question["seconds"] * 1e9)
    while len(nanoseconds) < question["least"] or time.perf_counter_ns() < ends:
        began = time.perf_counter_ns()
        output = run(text)
        nanoseconds.append(time.perf_counter_ns() - began)
    return {"nanoseconds": nanoseconds, "output": base64.b64encode(output).decode()}


def main() -> None:
    """Answer the questions on standard input."""
    contender = Contender()
    operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "begin": contender.begin,
        "know": contender.know,
        "issue": lambda question: timed(contender.sign, question),
        "verify": lambda question: timed(contender.verify, question),
    }
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = operations[question["op"]](question)
        except OpenvcError as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
