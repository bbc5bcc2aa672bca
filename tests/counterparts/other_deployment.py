"""Another deployment of this service: its own keys, its own trust list, and everything it could get wrong in one."""

import copy
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.issuance.trust_list import TYPE
from app.keys import Algorithm, InProcessSigner, KeyState, jwk_method_id, method_id
from app.securing import jws
from app.template.alliance import MEMBERS, AwardingBody
from app.trust.members import MemberKey
from app.trust.trust_list import Listed, write_members

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class OtherDeployment:
    """Signs lists about ``slugs``. Keys and claims may be changed before signing."""

    host: str = "other.example"
    slugs: tuple[str, ...] = ("wut",)
    signer: InProcessSigner = field(default_factory=lambda: InProcessSigner.generate(Algorithm.P256))
    assertion: InProcessSigner = field(default_factory=lambda: InProcessSigner.generate(Algorithm.ED25519))
    key_facts: dict[str, Any] = field(default_factory=dict)
    more_signer_keys: list[MemberKey] = field(default_factory=list)

    @property
    def did(self) -> str:
        return f"did:web:{self.host}"

    def issuer(self, slug: str) -> str:
        return f"{self.did}:issuers:{slug}"

    def signer_key(self, signer: InProcessSigner, fragment: str, **facts: Any) -> MemberKey:
        """A key of the service itself."""
        stated = {"state": KeyState.ACTIVE, "active_from": BEGAN, "published_at": BEGAN, **facts}
        return MemberKey(
            method_id(self.did, fragment),
            signer.public_key,
            jwk_verification_method=jwk_method_id(self.did, fragment),
            **stated,
        )

    def body(self, slug: str) -> AwardingBody:
        member = MEMBERS[slug]
        return AwardingBody.model_validate(
            {
                "slug": slug,
                "did": self.issuer(slug),
                "legal_name": member.legal_name,
                "short_name": member.short_name,
                "country": member.country,
                "address": member.town,
                "time_zone": member.time_zone,
                "homepage": member.homepage,
                "eidas_identifier": f"NTRXX-OTHER-{slug}",
                "identifiers": [{"scheme": "Erasmus code", "value": f"X {slug.upper()}01"}],
            }
        )

    def member_keys(self, slug: str) -> list[MemberKey]:
        facts = {"state": KeyState.ACTIVE, "active_from": BEGAN, "published_at": BEGAN, **self.key_facts}
        return [MemberKey(method_id(self.issuer(slug), "key-1"), self.assertion.public_key, **facts)]

    def claims(self, *, version: int, at: datetime, previous: bytes | None = None, **changes: Any) -> dict[str, Any]:
        keys = [self.signer_key(self.signer, "p256-2026-1"), *self.more_signer_keys]
        said = write_members([Listed(self.body(slug), self.member_keys(slug)) for slug in self.slugs], keys)
        return {
            "iss": self.did,
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(days=30)).timestamp()),
            "version": version,
            "previous_sha256": None if previous is None else hashlib.sha256(previous).hexdigest(),
            **copy.deepcopy(said),
            **changes,
        }

    async def sign(
        self,
        claims: dict[str, Any],
        *,
        signer: InProcessSigner | None = None,
        fragment: str = "p256-2026-1",
        **header: str,
    ) -> bytes:
        stated = {"kid": jwk_method_id(self.did, fragment), "typ": TYPE, **header}
        return await jws.sign_compact(json.dumps(claims).encode(), stated, signer=signer or self.signer)

    async def list_(self, *, version: int = 1, at: datetime, previous: bytes | None = None, **changes: Any) -> bytes:
        return await self.sign(self.claims(version=version, at=at, previous=previous, **changes))
