"""Verification of SD-JWT VCs by openvc-core, run by the environment of ``requirements/interop.lock``.

Reads one JSON value ``{issuers: {iss: JWT VC Issuer Metadata}, lists: {uri: token}, tokens: [{id, token, nonce,
audience}]}`` from standard input and writes one JSON line per token: ``{id, verified, payload, bound, status, error}``;
the same as ``interop/node/sdjwt.mjs``. Nothing is fetched.
"""

import json
import sys
from typing import Any

from openvc import OpenvcError
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.status.issue import verify_status_list_token
from openvc.status.token_status_list import decode_status_list, get_status


def key_of(metadata: dict[str, Any], kid: str | None) -> dict[str, Any]:
    """Return the key that the issuer publishes under the name ``kid``."""
    return next(key for key in metadata["jwks"]["keys"] if key["kid"] == kid)


def verify(request: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer for one token."""
    suite = SdJwtVcProofSuite()
    try:
        issuer, kid = suite.peek_issuer(asked["token"])
        key = key_of(request["issuers"][issuer], kid)
        found = suite.verify(
            asked["token"],
            public_key_jwk=key,
            nonce=asked.get("nonce"),
            audience=asked.get("audience"),
            require_key_binding="nonce" in asked,
        )
        answer = {"id": asked["id"], "verified": True, "payload": found.claims, "bound": found.key_bound}
        place = found.claims.get("status", {}).get("status_list")
        if place is not None:
            claims = verify_status_list_token(
                request["lists"][place["uri"]], public_key_jwk=key, expected_uri=place["uri"]
            )["status_list"]
            answer["status"] = get_status(decode_status_list(claims["lst"]), place["idx"], bits=claims["bits"])
    except (OpenvcError, KeyError, StopIteration) as error:
        return {"id": asked["id"], "verified": False, "error": f"{type(error).__name__}: {error}"}
    return answer


if __name__ == "__main__":
    handed_in = json.load(sys.stdin)
    for one in handed_in["tokens"]:
        sys.stdout.write(json.dumps(verify(handed_in, one)) + "\n")
