"""Statements, trees and documents for the tests of this room, and graphs made by PyLD, which is not ours."""

import datetime as dt
import json
import uuid
from typing import Any

import rdflib
from pyld import jsonld

from app.elm.mapping import map_award
from app.elm.rendering import CredentialFacts, render_edc, render_vcdm2
from app.jsonld.contexts import ELM_CONTEXT_URL, load_pinned
from app.template.alliance import MEMBERS
from app.template.elements import IssuanceRequest, Statement, statement_of
from tests.builders import an_awarding_body

BODIES = {slug: an_awarding_body(slug) for slug in (*MEMBERS, "test")}
RENDERERS = {"vcdm2": render_vcdm2, "edc": render_edc}
CERTIFICATE_NUMBER = "WUT/ENH/2026/0001"

FACTS = CredentialFacts(
    uuid=uuid.UUID("6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11"),
    issued=dt.datetime(2026, 7, 1, 10, 0, 5, tzinfo=dt.UTC),
    valid_from=dt.datetime(2026, 6, 29, 22, 0, tzinfo=dt.UTC),
    valid_until=dt.datetime(2046, 6, 30, 22, 0, tzinfo=dt.UTC),
    status_entries=[
        {
            "id": f"urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11#{purpose}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": "42",
            "statusListCredential": f"http://localhost:8000/issuers/wut/status/1/{purpose}",
        }
        for purpose in ("revocation", "suspension")
    ],
    status_url="http://localhost:8000/issuers/wut/status/1/revocation#42",
    related_resources=[{"id": ELM_CONTEXT_URL, "digestMultibase": "uEiCNadr4TelT_v_4UbzCBOK5gUtty_zFd-Bq5Q_7E6EKcw"}],
)


def a_statement(request: dict[str, Any]) -> Statement:
    parsed = IssuanceRequest.model_validate(request)
    return statement_of(parsed.offering, parsed.award)


def a_tree(statement: Statement) -> dict[str, Any]:
    body = BODIES[statement.offering.awarding_body]
    return dict(map_award(statement, body, BODIES, certificate_number=CERTIFICATE_NUMBER))


def a_document(statement: Statement, rendering: str = "vcdm2", facts: CredentialFacts = FACTS) -> dict[str, Any]:
    """A document as it comes off the wire: nothing shared with tables of the room."""
    document: dict[str, Any] = json.loads(json.dumps(RENDERERS[rendering](a_tree(statement), facts)))
    return document


def without_status(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("proof", "credentialStatus")}


def graph_of(document: dict[str, Any]) -> rdflib.Graph:
    """The graph of a document, its literals in the very form in which they are signed."""
    quads = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": load_pinned})
    usual, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        return rdflib.Graph().parse(data=quads, format="nt")
    finally:
        rdflib.NORMALIZE_LITERALS = usual
