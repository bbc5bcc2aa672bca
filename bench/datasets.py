"""What is signed: five credentials, as JSON bytes without proof, for any issuer.

``minimal`` is the least that VCDM 2.0 admits. ``required`` holds the required elements of the template alone.
``full`` is the demonstration's own academic certificate; ``everything`` has each element that the template knows,
several times where it may. ``commission`` is the Commission's own sample of a micro-credential (111 kB, of which
42 kB are one picture); it is not part of this repository.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from app.elm.mapping import map_award
from app.elm.rendering import CredentialFacts, credential_id, render_vcdm2
from app.issuance.moulds import OUR_CONTEXT
from app.jsonld import CREDENTIALS_V2, DATA_INTEGRITY_V2, canonicalize
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.template.alliance import MEMBERS
from app.template.elements import IssuanceRequest, Offering, statement_of
from tests.builders import an_awarding_body, full_request, required_only_request

REPOSITORY: Final = Path(__file__).resolve().parent.parent
_SAMPLE: Final = "samples/Sample-MC-Annex1-unsigned.jsonld"
_ISSUED: Final = datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC)
PUBLIC_URL: Final = "https://credentials.university.example"

MINIMAL: Final = "minimal"
REQUIRED: Final = "required"
FULL: Final = "full"
EVERYTHING: Final = "everything"
COMMISSION: Final = "commission"
WHAT: Final[Mapping[str, str]] = {
    MINIMAL: "the least that VCDM 2.0 admits",
    REQUIRED: "an academic certificate of this service with the required elements",
    FULL: "the academic certificate of the demonstration",
    EVERYTHING: "an academic certificate with every element of the template",
    COMMISSION: "the Commission's sample `MC-Annex1`, adapted",
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """One unsigned credential; ``issuer`` is the DID that stands in it as issuer, at every place."""

    name: str
    text: bytes
    issuer: str
    request: Mapping[str, Any] | None = None
    """What a university posts to get it, for datasets of this service."""

    def issued_by(self, did: str) -> bytes:
        """Return the credential with another issuer."""
        return self.text.replace(json.dumps(self.issuer).encode(), json.dumps(did).encode())

    @property
    def quads(self) -> int:
        """How many statements a signature covers."""
        return canonicalize(json.loads(self.text)).count(b"\n")


def _packed(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def demonstration_request() -> dict[str, Any]:
    """Return what a university posts for the demonstration's academic certificate, the offering written out."""
    folder = REPOSITORY / "demo"
    award = json.loads((folder / "awards" / "academic.json").read_text(encoding="utf-8"))
    offering = json.loads((folder / "offerings" / f"{award['offering_file']}.json").read_text(encoding="utf-8"))
    return {"offering": offering, **award["award"]}


def _minimal() -> Dataset:
    issuer = "did:web:university.example"
    return Dataset(
        MINIMAL,
        _packed(
            {
                "@context": [CREDENTIALS_V2],
                "id": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
                "type": ["VerifiableCredential"],
                "issuer": issuer,
                "validFrom": "2026-06-29T22:00:00Z",
                "credentialSubject": {"id": "urn:uuid:0b4dd8f0-8f2b-4a3f-a3f0-9f9a3a5f6a01"},
            }
        ),
        issuer,
    )


def _ours(name: str, request: Mapping[str, Any]) -> Dataset:
    """What ``POST /api/v1/credentials`` signs for a request."""
    parsed = IssuanceRequest.model_validate(request)
    assert isinstance(parsed.offering, Offering)
    statement = statement_of(parsed.offering, parsed.award)
    bodies = {slug: an_awarding_body(slug) for slug in (*MEMBERS, "test")}
    body = bodies[statement.offering.awarding_body]
    urls = {purpose: status_list_url(f"{PUBLIC_URL}/issuers/{body.slug}", 1, purpose) for purpose in StatusPurpose}
    uuid = UUID("6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11")
    facts = CredentialFacts(
        uuid=uuid,
        issued=_ISSUED,
        valid_from=_ISSUED,
        status_entries=status_list_entries(urls, 4711, credential_id=credential_id(uuid)),
        related_resources=OUR_CONTEXT,
    )
    tree = map_award(statement, body, bodies, certificate_number="WUT/ENH/2026/0001")
    return Dataset(name, _packed(render_vcdm2(tree, facts)), body.did, request)


def _commission(folder: Path) -> Dataset | None:
    """Return the Commission's sample, adapted in three ways and named so in the report.

    1. ``@context`` gets data-integrity/v2, without which the sample could carry no Data Integrity proof.
    2. ``issuanceDate``, which Data Model 1.1 demands, repeats ``validFrom``.
    3. The issuer's ``urn:epass:org:1`` becomes a DID at every place, because somebody has to verify.
    """
    file = folder / _SAMPLE
    if not file.is_file():
        return None
    document = json.loads(file.read_text(encoding="utf-8"))
    document["@context"] = [*document["@context"], DATA_INTEGRITY_V2]
    document["issuanceDate"] = document["validFrom"]
    sample_issuer, issuer = document["issuer"]["id"], "did:web:commission.example"
    text = _packed(document).replace(json.dumps(sample_issuer).encode(), json.dumps(issuer).encode())
    return Dataset(COMMISSION, text, issuer)


def dataset(name: str) -> Dataset:
    """Return one that is made from this repository alone."""
    if name == MINIMAL:
        return _minimal()
    requests = {REQUIRED: required_only_request, EVERYTHING: full_request}
    return _ours(name, requests[name]("academic") if name in requests else demonstration_request())


def datasets() -> tuple[list[Dataset], list[str]]:
    """Return all datasets that can be had, and a line about each that cannot."""
    found = [dataset(name) for name in (MINIMAL, REQUIRED, FULL, EVERYTHING)]
    folder = Path(os.environ.get("REFERENCE_DIR", REPOSITORY.parent / "shared" / "reference"))
    sample = _commission(folder)
    if sample is None:
        return found, [f"the dataset `{COMMISSION}`: {_SAMPLE} not found; set REFERENCE_DIR to the reference folder"]
    return [*found, sample], []
