"""Our side of a verification: who is known here, with which keys, and what our records say."""

import ssl
from dataclasses import dataclass, field
from typing import Any

from app.keys import KeyState
from app.languages import Language
from app.store.failures import DatabaseUnavailable
from app.template.alliance import IssuerKind
from app.trust.fetch import GuardedFetch
from app.trust.members import AllianceMember, MemberKey, Members
from app.trust.seals import Anchors
from app.verification.evidence import Policy
from app.verification.gather import OwnStatus, World
from app.verification.verifier import Verifier
from tests.counterparts.foreign_issuer import NOW, ForeignIssuer, status_entry

# Nothing here speaks TLS; reading the system's certificates for every test would cost more than the test.
NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OURS = "https://credentials.example/issuers"
MEMBER_DID = "did:web:credentials.example:issuers:tu-berlin"
OTHER_MEMBER_DID = "did:web:credentials.example:issuers:wut"
TEST_DID = "did:web:credentials.example:issuers:test"


@dataclass
class Deployment:
    """Our side: known issuers with their keys, the status of their credentials, and whether the records answer."""

    fetch: GuardedFetch
    http_hosts: set = field(default_factory=set)
    tu_berlin: ForeignIssuer = field(default_factory=lambda: ForeignIssuer(MEMBER_DID))
    sandbox: ForeignIssuer = field(default_factory=lambda: ForeignIssuer(TEST_DID))
    key_facts: dict = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    reachable: bool = True
    policy: Policy = field(default_factory=Policy)
    extra_members: list = field(default_factory=list)
    findings: Any = None
    anchors: Anchors = field(default_factory=Anchors)

    async def members(self) -> Members:
        if not self.reachable:
            raise DatabaseUnavailable
        facts = {"state": KeyState.ACTIVE, **self.key_facts}
        return Members(
            (
                AllianceMember(
                    "tu-berlin",
                    MEMBER_DID,
                    ("Technische Universität Berlin",),
                    identifiers=("NTRDE-TEST-tu-berlin",),
                    keys=(MemberKey(self.tu_berlin.method, self.tu_berlin.signer.public_key, **facts),),
                ),
                AllianceMember("wut", OTHER_MEMBER_DID, ("Warsaw University of Technology",), keys=()),
                AllianceMember(
                    "test",
                    TEST_DID,
                    ("Test University",),
                    keys=(MemberKey(self.sandbox.method, self.sandbox.signer.public_key, KeyState.ACTIVE),),
                    kind=IssuerKind.TEST,
                ),
                *self.extra_members,
            )
        )

    async def own_status(self, list_url, purpose, index):
        if not list_url.startswith(OURS):
            return None
        if not self.reachable:
            raise DatabaseUnavailable
        slug = list_url.removeprefix(OURS + "/").split("/")[0]
        is_set, superseded = self.status.get((purpose, index), (False, False))
        return OwnStatus(f"did:web:credentials.example:issuers:{slug}", is_set, superseded)

    async def verify(self, document, *, now=NOW, language=Language.ENGLISH):
        world = World(
            fetch=self.fetch,
            members=self.members,
            own_status=self.own_status,
            http_hosts=self.http_hosts,
            anchors=self.anchors,
            read_and_check=lambda _: self.findings,
        )
        return await Verifier(world, self.policy).verify(document, now=now, language=language)


def our_status(slug="tu-berlin", index=7):
    return [
        status_entry(f"{OURS}/{slug}/status/1/revocation", index),
        status_entry(f"{OURS}/{slug}/status/1/suspension", index, "suspension"),
    ]


def code_of(report, name):
    return next(check.code for check in report.checks if check.name == name)


def result_of(report, name):
    return next(check.result for check in report.checks if check.name == name)


def outcome(report):
    return report.verdict, report.reason.code
