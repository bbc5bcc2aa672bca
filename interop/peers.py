"""The other implementations, as programs that read and write JSON: Node.js scripts, and openvc-core in its own venv.

Nothing here judges. What a peer answers comes back as it said it, by the names that the caller gave.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
OPENVC_PYTHON: Final = HERE.parent / ".venv-interop" / "bin" / "python"

Json = dict[str, Any]


class PeerBroken(Exception):
    """A peer stopped instead of answering."""


def _run(command: list[str | Path], request: str, **environment: str) -> str:
    ended = subprocess.run(  # noqa: S603 - our own scripts
        command,
        input=request,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | environment,
    )
    if ended.returncode:
        raise PeerBroken(f"{command[-1]} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return ended.stdout


def _by_name(lines: str) -> dict[str, Json]:
    # Not splitlines(): U+2028 and its like stand unescaped in what JavaScript writes.
    return {answer["id"]: answer for answer in map(json.loads, filter(None, lines.split("\n")))}


def _request(credentials: Mapping[str, Json], documents: Mapping[str, Json]) -> str:
    named = [{"id": name, "credential": credential} for name, credential in credentials.items()]
    return json.dumps({"documents": dict(documents), "credentials": named})


def canonize(documents: Mapping[str, Json]) -> dict[str, Json]:
    """Return what jsonld.js in safe mode makes of each document: ``{sha256, nquads}`` or ``{error}``."""
    lines = "\n".join(json.dumps({"id": name, "document": document}) for name, document in documents.items())
    return _by_name(_run(["node", HERE / "node" / "canonize.mjs"], lines))


def verify_by_digital_bazaar(credentials: Mapping[str, Json], documents: Mapping[str, Json]) -> dict[str, Json]:
    """Return what @digitalbazaar/vc and its status list library say of each credential."""
    return _by_name(_run(["node", HERE / "node" / "verify.mjs"], _request(credentials, documents)))


def verify_by_openvc(credentials: Mapping[str, Json], documents: Mapping[str, Json]) -> dict[str, Json]:
    """Return what openvc-core says of each credential."""
    return _by_name(_run([OPENVC_PYTHON, HERE / "openvc" / "verify.py"], _request(credentials, documents)))


def decode_by_pyjwt(token: str, document: Json) -> Json:
    """Return the claims of a trust list whose signature, issuer and end PyJWT found in order."""
    request = json.dumps({"token": token, "document": document})
    claims: Json = json.loads(_run([OPENVC_PYTHON, HERE / "openvc" / "trust_list.py"], request))
    return claims


def judge_messages(messages: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what openid4vci finds wrong with messages of OpenID4VCI, by their kinds; none where nothing is."""
    found: dict[str, str | None] = json.loads(
        _run([OPENVC_PYTHON, HERE / "openvc" / "messages.py"], json.dumps(dict(messages)))
    )
    return found


def issue_by_strangers(credentials: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Have each unsigned credential issued by two did:keys; return the credentials by name and the DID documents."""
    issued = json.loads(_run(["node", HERE / "node" / "issue.mjs"], _request(credentials, {})))
    return {item["id"]: item["credential"] for item in issued["credentials"]}, issued["documents"]


def verify_tokens(tokens: Mapping[str, str], documents: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the npm package jose says of each token: ``{verified, header, payload}`` or ``{verified, error}``."""
    named = [{"id": name, "token": token} for name, token in tokens.items()]
    return _by_name(_run(["node", HERE / "node" / "tokens.mjs"], json.dumps({"documents": documents, "tokens": named})))


def sign_tokens(credential: Json, algorithms: Iterable[str]) -> dict[str, Json]:
    """Have ``credential`` signed by jose, once with each algorithm and a new did:jwk: ``{issuer, token}``."""
    wanted = [{"id": algorithm, "credential": credential, "alg": algorithm} for algorithm in algorithms]
    return _by_name(_run(["node", HERE / "node" / "tokens.mjs"], json.dumps({"credentials": wanted})))


def present_by_strangers(credentials: Iterable[Json], challenge: str, domain: str) -> dict[str, Json]:
    """Have @digitalbazaar/vc present ``credentials`` by two did:keys for a challenge and a domain, and unsigned."""
    asked = {"credentials": list(credentials), "challenge": challenge, "domain": domain}
    presentations: dict[str, Json] = json.loads(_run(["node", HERE / "node" / "present.mjs"], json.dumps(asked)))
    return presentations["presentations"]


def verify_by_campus_verifier(credentials: Mapping[str, Json], origin: str) -> dict[str, Json]:
    """Return what @digitalcredentials/verifier-core says, which asks the running service at ``origin`` by itself."""
    named = [{"id": name, "credential": credential} for name, credential in credentials.items()]
    return _by_name(_run(["node", HERE / "node" / "campus.mjs"], json.dumps({"origin": origin, "credentials": named})))


def verify_sd_jwts(tokens: Mapping[str, Json], issuers: Json, lists: Json) -> dict[str, dict[str, Json]]:
    """Return what @sd-jwt/sd-jwt-vc and openvc-core say of each token: ``{verified, payload, bound, status}``.

    ``tokens`` are ``{token}``, with ``nonce`` and ``audience`` where key binding is asked for.
    """
    named = [{"id": name, **asked} for name, asked in tokens.items()]
    request = json.dumps({"issuers": issuers, "lists": lists, "tokens": named})
    return {
        "@sd-jwt": _by_name(_run(["node", HERE / "node" / "sdjwt.mjs"], request)),
        "openvc": _by_name(_run([OPENVC_PYTHON, HERE / "openvc" / "sd_jwt.py"], request)),
    }


def present_sd_jwts(wanted: Mapping[str, Json]) -> dict[str, str]:
    """Have @sd-jwt/sd-jwt-vc present tokens: ``{token, frame, jwk, nonce, audience, iat}``."""
    named = json.dumps({"present": [{"id": name, **asked} for name, asked in wanted.items()]})
    answers = _by_name(_run(["node", HERE / "node" / "sdjwt.mjs"], named))
    return {name: answer["presentation"] for name, answer in answers.items()}


def answer_question(wanted: Json, certificate: Path) -> Json:
    """Have @openid4vc/openid4vp answer a question over https: ``{uri, token, frame, jwk, document, iat}``."""
    command: list[str | Path] = ["node", HERE / "node" / "answer.mjs"]
    answer: Json = json.loads(_run(command, json.dumps(wanted), NODE_EXTRA_CA_CERTS=str(certificate)))
    return answer


def issue_sd_jwt(claims: Json, disclose: Iterable[str]) -> Json:
    """Have @sd-jwt/sd-jwt-vc issue ``claims`` by a new key: ``{jwk, token}``."""
    request = json.dumps({"issue": [{"id": "one", "claims": claims, "disclose": list(disclose)}]})
    return _by_name(_run(["node", HERE / "node" / "sdjwt.mjs"], request))["one"]
