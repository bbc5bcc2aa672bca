"""Verification of credentials by openvc-core, run by the environment of ``requirements/interop.lock``.

Reads one JSON value ``{documents: {URL or DID: document}, credentials: [{id, credential}]}`` from standard input and
writes one JSON line per credential: ``{id, verified, proofs: [{cryptosuite, verified, error}], statuses: [{purpose,
index, set}], error}``; the same as ``interop/node/verify.mjs``.

openvc-core takes one proof at a time, so a proof set is verified as one credential per proof; each must hold.
"""

import json
import sys
from pathlib import Path
from typing import Any

from openvc import OpenvcError, VerificationPolicy, verify_credential
from openvc.did.base import DidDocument, DidResolverRegistry, parse_did_document
from openvc.did.did_key import DidKeyResolver
from openvc.resolvers import default_status_list_resolver
from openvc.status import check_credential_status

CONTEXTS = Path(__file__).resolve().parents[2] / "contexts"


def pinned_contexts() -> dict[str, Any]:
    """Return the contexts that this repository pins, by URL."""
    manifest = json.loads((CONTEXTS / "manifest.json").read_bytes())
    return {entry["url"]: json.loads((CONTEXTS / entry["file"]).read_bytes()) for entry in manifest["contexts"]}


class HandedIn:
    """Resolves the DIDs whose documents the caller handed in: there is no way from here to a network."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = documents

    def supports(self, did: str) -> bool:
        """Tell whether the document of ``did`` was handed in."""
        return did in self._documents

    def resolve(self, did: str) -> DidDocument:
        """Return the document of ``did``."""
        return parse_did_document(self._documents[did])


class Verifier:
    """Every proof must hold and bind to the issuer; every status list must be authentic and the issuer's own."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = documents
        self._contexts = pinned_contexts()
        self._resolver = DidResolverRegistry([HandedIn(documents), DidKeyResolver()])
        # Status is asked apart from the proofs: in one call a set bit would hide what it was asked about.
        self._policy = VerificationPolicy(require_status=False)

    def verify(self, name: str, credential: dict[str, Any]) -> dict[str, Any]:
        """Return the answer for one credential."""
        count = len(credential["proof"]) if isinstance(credential.get("proof"), list) else 1
        proofs = [self._verify_proof(one_proof(credential, number)) for number in range(count)]
        answer: dict[str, Any] = {
            "id": name,
            "verified": bool(proofs) and all(proof["verified"] for proof in proofs),
            "proofs": proofs,
            "statuses": [],
        }
        if answer["verified"] and "credentialStatus" in credential:
            try:
                answer["statuses"] = self._statuses(credential)
            except OpenvcError as error:
                answer |= {"verified": False, "error": f"{type(error).__name__}: {error}"}
        return answer

    def _verify_proof(self, credential: dict[str, Any]) -> dict[str, Any]:
        proof: dict[str, Any] = {"cryptosuite": credential.get("proof", {}).get("cryptosuite"), "verified": False}
        try:
            verify_credential(credential, policy=self._policy, resolver=self._resolver, extra_contexts=self._contexts)
        except OpenvcError as error:
            proof["error"] = f"{type(error).__name__}: {error}"
        else:
            proof["verified"] = True
        return proof

    def _statuses(self, credential: dict[str, Any]) -> list[dict[str, Any]]:
        issuer = credential["issuer"]
        resolve = default_status_list_resolver(
            resolver=self._resolver,
            extra_contexts=self._contexts,
            expected_issuer=issuer["id"] if isinstance(issuer, dict) else issuer,
            # One proof of the list is enough here; to have all of them checked, hand the list in as a credential too.
            fetch=lambda url: json.dumps(one_proof(self._documents[url], 0)),
        )
        result = check_credential_status(credential, resolve_status_list=resolve)
        return [
            {"purpose": item.entry.purpose, "index": str(item.entry.index), "set": item.is_set}
            for item in result.entries
        ]


def one_proof(credential: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the credential with only one proof of its set."""
    proof = credential.get("proof")
    return {**credential, "proof": proof[number]} if isinstance(proof, list) else credential


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    verifier = Verifier(request["documents"])
    for item in request["credentials"]:
        sys.stdout.write(json.dumps(verifier.verify(item["id"], item["credential"])) + "\n")


if __name__ == "__main__":
    main()
