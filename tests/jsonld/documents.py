"""Small documents that between them use every feature of the pinned contexts that the walker does."""

import copy
import json
from pathlib import Path
from typing import Any

from app.jsonld import (
    CREDENTIALS_EXAMPLES_V2,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    DID_V1,
    EDC_AP,
    ELM_CONTEXT_URL,
    MULTIKEY_V1,
)

MICROCREDENTIAL: dict[str, Any] = {
    "@context": [CREDENTIALS_V2, ELM_CONTEXT_URL],
    "id": "urn:uuid:0b4dd8f0-8f2b-4a3f-a3f0-9f9a3a5f6a01",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "name": "A name in the language of the data model",
    "issuer": {
        "id": "did:web:university.example",
        "type": "Organisation",
        "legalName": {"en": "University", "pl": "Uniwersytet"},
        "location": {
            "type": "Location",
            "address": {"type": "Address", "countryCode": {"id": "urn:x:POL", "type": "Concept"}},
        },
    },
    "validFrom": "2026-02-01T00:00:00Z",
    "issued": "2026-02-03T09:10:11.5+01:00",
    "credentialSchema": {"id": "http://data.europa.eu/snb/model/ap/edc-generic-full", "type": "ShaclValidator2017"},
    "credentialStatus": [
        {
            "id": "https://university.example/status/1#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": "https://university.example/status/1",
        },
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "message",
            "statusListIndex": "7",
            "statusSize": 2,
            "statusMessage": [{"status": "0x0", "message": "valid"}, {"status": "0x1", "message": "void"}],
            "statusReference": "https://university.example/reference",
            "statusListCredential": "https://university.example/status/2",
        },
    ],
    "credentialSubject": {
        "id": "urn:epass:person:1",
        "type": "Person",
        "givenName": {"en": ["Zoë-Ánne", 'a "quoted" name']},
        "dateOfBirth": "1988-04-12T00:00:00Z",
        "hasClaim": {
            "type": "LearningAchievement",
            "title": {"en": "Line one\nline two", "de-AT": "Übung"},
            "elmDescription": {"en": "An \\ and a \U0001f603"},
            "creditReceived": {"type": "CreditPoint", "point": "2.5"},
            "specifiedBy": {
                "type": ["Qualification"],
                "maximumDuration": "P4M",
                "isPartialQualification": True,
                "homepage": [
                    {
                        "id": "urn:epass:webResource:1",
                        "type": "WebResource",
                        "contentURL": "https://university.example/",
                    }
                ],
                "learningOutcome": [{"title": {"en": "one"}}, {"title": {"en": "two"}}, {"title": {"en": "one"}}],
            },
            "awardedBy": {"id": "urn:epass:awardingProcess:1", "awardingBody": {"id": "did:web:university.example"}},
            "displayDetail": {"type": "DisplayDetail", "page": 1},
            "priceDetail": {"type": "PriceDetail", "amount": {"type": "Amount", "value": "49.50"}},
        },
    },
    "relatedResource": {"id": ELM_CONTEXT_URL, "digestMultibase": "uEiAbc123"},
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-02-03T09:10:11Z",
        "verificationMethod": "did:web:university.example#key-1",
        "proofPurpose": "assertionMethod",
        "proofValue": "z58DAdFfa9",
    },
}

PROOF_CONFIGURATION: dict[str, Any] = {
    "@context": [CREDENTIALS_V2, ELM_CONTEXT_URL],
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-rdfc-2019",
    "created": "2026-02-03T09:10:11Z",
    "expires": "2027-02-03T09:10:11Z",
    "verificationMethod": "did:web:university.example#key-1",
    "proofPurpose": "assertionMethod",
    "domain": ["university.example", "other.example"],
    "challenge": "c0ae1c8e",
    "previousProof": "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544",
}

EDC_CREDENTIAL: dict[str, Any] = {
    "@context": [CREDENTIALS_V1, EDC_AP, DATA_INTEGRITY_V2],
    "id": "urn:credential:1",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "issuer": {"id": "urn:epass:org:1", "type": "Organisation", "legalName": {"en": "University"}},
    "issuanceDate": "2026-02-03T09:10:11Z",
    "validFrom": "2026-02-01T00:00:00Z",
    "credentialSubject": {
        "id": "urn:epass:person:1",
        "hasClaim": {
            "title": {"en": "Claim"},
            "description": {"en": "Said in EDC's own word"},
            "volumeOfLearning": "PT125H",
        },
    },
    "evidence": [{"type": "Evidence", "dcType": {"id": "urn:x:mandate"}}],
    "proof": PROOF_CONFIGURATION | {"proofPurpose": "authentication"},
}
del EDC_CREDENTIAL["proof"]["@context"]

PRESENTATION: dict[str, Any] = {
    "@context": [CREDENTIALS_V2, CREDENTIALS_EXAMPLES_V2],
    "type": ["VerifiablePresentation", "ExamplePresentation"],
    "holder": {"id": "did:example:holder", "alumniOf": {"id": "urn:x:university", "years": 3, "graduated": True}},
    "cnf": {"kid": "did:example:holder#1"},
    "termsOfUse": {"type": "Terms", "id": "https://university.example/terms"},
}

CONTROLLER_DOCUMENT: dict[str, Any] = {
    "@context": [DID_V1, MULTIKEY_V1],
    "id": "did:web:university.example",
    "verificationMethod": [
        {
            "id": "did:web:university.example#key-1",
            "type": "Multikey",
            "controller": "did:web:university.example",
            "publicKeyMultibase": "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJPt4swbTQ2",
        }
    ],
    "assertionMethod": ["did:web:university.example#key-1"],
    "service": {
        "id": "did:web:university.example#s",
        "type": "https://university.example/S",
        "serviceEndpoint": "https://a.example/",
    },
}

STATUS_LIST: dict[str, Any] = {
    "@context": CREDENTIALS_V2,
    "id": "https://university.example/status/1",
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": "did:web:university.example",
    "validFrom": "2026-02-01T00:00:00Z",
    "credentialSubject": {
        "id": "https://university.example/status/1#list",
        "type": "BitstringStatusList",
        "statusPurpose": ["revocation", "suspension"],
        "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
        "ttl": 300000,
    },
}

ALL: dict[str, dict[str, Any]] = {
    "micro-credential": MICROCREDENTIAL,
    "proof configuration": PROOF_CONFIGURATION,
    "EDC credential": EDC_CREDENTIAL,
    "presentation": PRESENTATION,
    "controller document": CONTROLLER_DOCUMENT,
    "status list": STATUS_LIST,
}


def changed(document: dict[str, Any], *way: str | int, to: Any) -> dict[str, Any]:
    """A copy of ``document`` with one member, new or old, set."""
    copied = copy.deepcopy(document)
    held: Any = copied
    for step in way[:-1]:
        held = held[step]
    held[way[-1]] = to
    return copied


def in_our_words(official: Any) -> Any:
    """The reference example written with ``elmDescription`` instead of the proposal's scoped ``description``."""
    if isinstance(official, list):
        return [in_our_words(value) for value in official]
    if not isinstance(official, dict):
        return official
    return {
        "elmDescription" if key == "description" and isinstance(value, dict) else key: in_our_words(value)
        for key, value in official.items()
    }


def reference_example(reference_dir: Path) -> dict[str, Any]:
    """The complete micro-credential of the reference folder, in VCDM 2.0 form with our context."""
    official = json.loads((reference_dir / "example-microcredential.vcdm2.jsonld").read_text("utf-8"))
    return {**in_our_words(official), "@context": [CREDENTIALS_V2, ELM_CONTEXT_URL]}


def each_node_once(value: Any, seen: set[str] | None = None) -> Any:
    """The same graph with every node written out at its first place and named afterwards."""
    seen = set() if seen is None else seen
    if isinstance(value, list):
        return [each_node_once(one, seen) for one in value]
    if not isinstance(value, dict):
        return value
    identifier = value.get("id")
    if identifier in seen:
        return {"id": identifier, "type": value["type"]}
    if identifier is not None:
        seen.add(identifier)
    return {key: each_node_once(held, seen) for key, held in value.items()}
