"""A holder with a key of its own, who presents as wallets do; not by code of the interop room."""

import hashlib
import json

from app.jsonld import canonicalize_open
from app.keys import Algorithm, InProcessSigner, base58, did_key, did_key_method_id
from app.securing import SIGNING_SUITES, secure
from app.securing.data_integrity import canonical_proof_config, hash_name
from app.securing.jws import SIGNING_ALGORITHMS, encode_base64url
from tests.deployments import START

V2 = "https://www.w3.org/ns/credentials/v2"


class Holder:
    def __init__(self, algorithm=Algorithm.ED25519):
        self.signer = InProcessSigner.generate(algorithm)
        self.did = did_key(self.signer.public_key)
        self.method = did_key_method_id(self.signer.public_key)

    def unsigned(self, **members):
        return {"@context": [V2], "type": ["VerifiablePresentation"], **members}

    async def present(self, *, purpose="authentication", challenge=None, domain=None, **members):
        """A presentation with a proof (VC Data Integrity 1.0, 4.2)."""
        document = self.unsigned(**members)
        stated = {name: text for name, text in (("challenge", challenge), ("domain", domain)) if text}
        return {**document, "proof": await self.prove(document, proofPurpose=purpose, **stated)}

    async def prove(self, document, *, previous=(), instead=None, **members):
        """A proof of the document, and of the proofs before it (VC Data Integrity 1.0, 4.2 and 4.3).

        ``instead`` is a member and what is signed in its place: what no careful processor would sign.
        """
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": SIGNING_SUITES[self.signer.algorithm].name,
            "created": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
            **members,
        }
        name = hash_name(self.signer.algorithm)
        covered = {**document, "proof": list(previous)} if previous else document
        forms = (
            canonical_proof_config(document["@context"], options, name, canonicalize_open),
            canonicalize_open(covered, hash_name=name),
        )
        if instead is not None:
            member, wrong = instead
            forms = (forms[0].replace(options[member].encode(), wrong.encode()), forms[1])
            options = {**options, member: wrong}
        signature = await self.signer.sign(b"".join(hashlib.new(name, form).digest() for form in forms))
        return {**options, "proofValue": "z" + base58.encode(signature)}

    async def envelope(self, *, header=None, claims=None, **members):
        """The same in a token (VC-JOSE-COSE 1.0, 3.1.2)."""
        stated = {"alg": SIGNING_ALGORITHMS[self.signer.algorithm], "kid": self.method, "typ": "vp+jwt", "cty": "vp"}
        stated = {name: value for name, value in {**stated, **(header or {})}.items() if value is not None}
        content = {**self.unsigned(**members), **(claims or {})}
        covered = b".".join(encode_base64url(json.dumps(part).encode()) for part in (stated, content))
        token = covered + b"." + encode_base64url(await self.signer.sign(covered))
        return {
            "@context": V2,
            "type": "EnvelopedVerifiablePresentation",
            "id": f"data:application/vp+jwt,{token.decode()}",
        }

    async def issue(self, **members):
        """What the holder states of itself."""
        document = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "credentialSubject": {"id": self.did},
            **members,
        }
        return await secure(document, signers=[(self.signer, self.method)], created=START)
