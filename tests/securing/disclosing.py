"""SD-JWTs that an issuer got wrong, or that somebody changed on the way: each breaks one rule of RFC 9901."""

import base64
import hashlib
import json

from app.securing.jws import encode_base64url

CLAIMS = {"iss": "https://university.example", "iat": 1_683_000_000, "vct": "urn:example:test:1"}


def disclosure(*parts):
    """Return a Disclosure of anything at all, as ``[salt, name, value]`` or ``[salt, value]``."""
    return encode_base64url(json.dumps(parts).encode())


def digest(one):
    """Return the digest of a Disclosure, as it is written."""
    return base64.urlsafe_b64encode(hashlib.sha256(one).digest()).rstrip(b"=").decode()


async def signed(payload, *disclosures, signer, header=None, binding=b""):
    """Sign any payload under any header and add the Disclosures."""
    stated = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "key-1", **(header or {})}
    stated = {name: value for name, value in stated.items() if value is not None}
    covered = encode_base64url(json.dumps(stated).encode()) + b"." + encode_base64url(json.dumps(payload).encode())
    token = covered + b"." + encode_base64url(await signer.sign(covered))
    return b"~".join([token, *disclosures, binding])


NAME = disclosure("salt-1", "family_name", "Nowak")
OTHER_NAME = disclosure("salt-2", "family_name", "Kowalska")
GRADE = disclosure("salt-3", "grade", "5.0")
LANGUAGE = disclosure("salt-4", "en")
INNER = disclosure("salt-5", "town", "Warszawa")
OUTER = disclosure("salt-6", "address", {"_sd": [digest(INNER)]})

BROKEN = {
    "not referenced": ({"_sd": [digest(NAME)]}, [NAME, GRADE], "disclosure-not-referenced"),
    "altered on the way": ({"_sd": [digest(NAME)]}, [OTHER_NAME], "disclosure-not-referenced"),
    "one within another that is not shown": ({"_sd": [digest(OUTER)]}, [INNER], "disclosure-not-referenced"),
    "shown twice": ({"_sd": [digest(NAME)]}, [NAME, NAME], "disclosure-repeated"),
    "digest twice in one place": ({"_sd": [digest(NAME)] * 2}, [NAME], "digest-repeated"),
    "digest of nothing twice": ({"_sd": [digest(b"decoy")], "a": {"_sd": [digest(b"decoy")]}}, [], "digest-repeated"),
    "digest in two places": ({"_sd": [digest(NAME)], "a": {"_sd": [digest(NAME)]}}, [NAME], "digest-repeated"),
    "digest in an object and in an array": (
        {"_sd": [digest(NAME)], "a": [{"...": digest(NAME)}]},
        [NAME],
        "digest-repeated",
    ),
    "a claim in the place of an element": ({"a": [{"...": digest(NAME)}]}, [NAME], "disclosure-misplaced"),
    "an element in the place of a claim": ({"_sd": [digest(LANGUAGE)]}, [LANGUAGE], "disclosure-misplaced"),
    "a name that a claim has": (
        {"family_name": "Wójcik", "_sd": [digest(NAME)]},
        [NAME],
        "disclosure-name-taken",
    ),
    "one name twice": ({"_sd": [digest(NAME), digest(OTHER_NAME)]}, [NAME, OTHER_NAME], "disclosure-name-taken"),
    **{
        f"a claim called {name}": (
            {"_sd": [digest(disclosure("salt", name, []))]},
            [disclosure("salt", name, [])],
            "disclosure-name-reserved",
        )
        for name in ("_sd", "...", "_sd_alg")
    },
    "a claim without a name": (
        {"_sd": [digest(disclosure("salt", 7, "x"))]},
        [disclosure("salt", 7, "x")],
        "disclosure-name-reserved",
    ),
    "four parts": (
        {"_sd": [digest(disclosure("s", "n", "v", "w"))]},
        [disclosure("s", "n", "v", "w")],
        "disclosure-malformed",
    ),
    "a salt that is no text": (
        {"_sd": [digest(disclosure(7, "n", "v"))]},
        [disclosure(7, "n", "v")],
        "disclosure-malformed",
    ),
    "no JSON": ({"_sd": [digest(b"bm90IEpTT04")]}, [b"bm90IEpTT04"], "disclosure-malformed"),
    "no base64url": ({"_sd": [digest(NAME + b"=")]}, [NAME + b"="], "disclosure-malformed"),
    "an empty Disclosure": ({"_sd": [digest(b"")]}, [b""], "disclosure-malformed"),
    "a member twice": (
        {"_sd": [digest(encode_base64url(b'["s","n",{"a":1,"a":2}]'))]},
        [encode_base64url(b'["s","n",{"a":1,"a":2}]')],
        "disclosure-malformed",
    ),
    "digests that are no list": ({"_sd": digest(NAME)}, [], "digest-misplaced"),
    "a digest that is no text": ({"_sd": [7]}, [], "digest-misplaced"),
    "an ellipsis at the top": ({"...": digest(LANGUAGE)}, [], "digest-misplaced"),
    "an ellipsis in an object": ({"a": {"...": digest(LANGUAGE)}}, [], "digest-misplaced"),
    "an ellipsis beside another member": (
        {"a": [{"...": digest(LANGUAGE), "b": 1}]},
        [],
        "digest-misplaced",
    ),
    "an ellipsis that holds no text": ({"a": [{"...": 7}]}, [], "digest-misplaced"),
    "a hash function below the top": ({"a": {"_sd_alg": "sha-256"}}, [], "digest-misplaced"),
    "a hash function that nobody should use": ({"_sd_alg": "sha-1", "_sd": []}, [], "disclosure-hash-unknown"),
    "a hash function that is no text": ({"_sd_alg": ["sha-256"]}, [], "disclosure-hash-unknown"),
    **{
        f"{name} shown selectively": (
            {"_sd": [digest(disclosure("salt", name, "x"))], "without": name},
            [disclosure("salt", name, "x")],
            "claim-never-disclosed",
        )
        for name in ("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status")
    },
}
"""What is signed besides the claims, the Disclosures that come with it, and the finding. ``without`` leaves out one."""


def payload_of(broken):
    """Return the whole payload of one of the broken ones."""
    without = broken.get("without")
    return {name: value for name, value in {**CLAIMS, **broken}.items() if name not in (without, "without")}
