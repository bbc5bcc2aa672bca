"""The interop mode as one thing: what the door asks, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from app.errors import Family, Finding, ServiceError
from app.interop.issuers import InteropIssuer, open_issuers
from app.interop.issuing import Issuing
from app.interop.statuses import Statuses
from app.interop.verifying import Verified, VerifiedPresentation, Verifying
from app.issuance.office import Office
from app.keys import ASSERTION_METHOD, AUTHENTICATION
from app.status import StatusPurpose
from app.strict_json import JsonValue
from app.verification.evidence import Policy
from app.verification.gather import OwnStatus, World
from app.verification.verifier import Verifier

_PRESENTATION_PURPOSES: Final = frozenset({AUTHENTICATION, ASSERTION_METHOD})
"""The suites' presentations are signed for either."""


class InteropIssuerUnknown(ServiceError):
    """The interop mode has no issuer of that name; ``GET /interop/issuers`` lists them."""

    code: ClassVar[str] = "interop-issuer-unknown"
    title: ClassVar[str] = "There is no such issuer"
    family: ClassVar[Family] = Family.NOT_FOUND


class StatusRequestMalformed(ServiceError):
    """The body does not have the form that VCALM gives it."""

    code: ClassVar[str] = "status-request-malformed"
    title: ClassVar[str] = "The request does not have the form of VCALM"
    family: ClassVar[Family] = Family.MALFORMED


class InteropDesk:
    """Issues, verifies and changes the status for other people's test suites."""

    def __init__(self, office: Office, world: World, policy: Policy) -> None:
        """``world`` and ``policy`` are the deployment's; what the mode needs beyond them is added here."""
        self.issuers: Mapping[str, InteropIssuer] = open_issuers(office.keyring)
        self._statuses = Statuses(office, self.issuers)
        relaxed = replace(policy, own_contexts=True, presentation_purposes=_PRESENTATION_PURPOSES)
        self._verifier = Verifier(replace(world, own_status=self._status), relaxed)
        self._issuing = Issuing(office, self.issuers, self._statuses)
        self._verifying = Verifying(self._verifier, office.clock)
        self._of_deployment = world.own_status

    async def close(self) -> None:
        """Let go of what verifying holds open."""
        await self._verifier.close()

    def issuer(self, name: str) -> InteropIssuer:
        """Return an issuer by its name.

        Raises:
            InteropIssuerUnknown: there is none.
        """
        if name not in self.issuers:
            raise InteropIssuerUnknown
        return self.issuers[name]

    async def issue(self, value: JsonValue, issuer: InteropIssuer | None = None) -> dict[str, Any]:
        """See :meth:`app.interop.issuing.Issuing.issue`."""
        return await self._issuing.issue(value, issuer)

    async def verify_credential(self, value: JsonValue) -> Verified:
        """See :meth:`app.interop.verifying.Verifying.credential`."""
        return await self._verifying.credential(value)

    async def verify_presentation(self, value: JsonValue) -> VerifiedPresentation:
        """See :meth:`app.interop.verifying.Verifying.presentation`."""
        return await self._verifying.presentation(value)

    async def change_status(self, value: JsonValue) -> None:
        """Set or clear a status by ``{credentialId, credentialStatus: {statusPurpose}, status}``.

        Raises:
            StatusRequestMalformed: with every finding.
            InteropCredentialUnknown, RevocationNotLifted: see there.
        """
        body = value if isinstance(value, dict) else {}
        entry = body.get("credentialStatus")
        purpose = entry.get("statusPurpose", "revocation") if isinstance(entry, dict) else None
        findings = []
        if not isinstance(body.get("credentialId"), str):
            findings.append(Finding("status-request-malformed", "#/credentialId", "`credentialId` is a string."))
        if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
            words = "`credentialStatus` is an object of the type BitstringStatusListEntry."
            findings.append(Finding("status-request-malformed", "#/credentialStatus", words))
        elif purpose not in list(StatusPurpose):
            words = f"The purpose is one of: {', '.join(StatusPurpose)}."
            findings.append(Finding("status-request-malformed", "#/credentialStatus/statusPurpose", words))
        if not isinstance(body.get("status", True), bool):
            findings.append(Finding("status-request-malformed", "#/status", "`status` is true or false."))
        if findings:
            raise StatusRequestMalformed(findings=findings)
        is_set = body.get("status", True) is True
        await self._statuses.change(str(body["credentialId"]), StatusPurpose(str(purpose)), is_set=is_set)

    async def status_list(self, name: str, number: int, purpose: str) -> bytes:
        """See :meth:`app.interop.statuses.Statuses.published`."""
        return await self._statuses.published(name, number, purpose)

    async def _status(self, list_url: str, purpose: str, index: int) -> OwnStatus | None:
        found = await self._statuses.status(list_url, purpose, index)
        return found if found is not None else await self._of_deployment(list_url, purpose, index)
