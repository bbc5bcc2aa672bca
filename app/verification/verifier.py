"""The story: what one request shows in, one report out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from app.languages import Language
from app.securing import SdJwt
from app.strict_json import JsonValue
from app.verification.checks import Result
from app.verification.data_model import Form, form_of, presented_in
from app.verification.evidence import Evidence, Policy, Presented
from app.verification.gather import Inquiry, World
from app.verification.judge import judge, judge_presentation, presented_by
from app.verification.report import (
    PresentationReport,
    PresentedCredential,
    Report,
    Verdict,
    make_presentation_report,
    make_report,
)
from app.verification.submission import Submission

MAX_CREDENTIALS: Final = 16
"""Looked at in one presentation. Of one with more the rest is left open."""

AnyReport: TypeAlias = Report | PresentationReport

_RESULT_OF: Final = {
    Verdict.VALID: Result.PASSED,
    Verdict.INVALID: Result.FAILED,
    Verdict.INDETERMINATE: Result.NOT_CHECKED,
}


class Verifier:
    """Verifies for one deployment: what it may ask, and by which policy it judges."""

    def __init__(self, world: World, policy: Policy) -> None:
        """Both stay as they are for the verifier's life; ``policy`` is what one verification may depart from."""
        self._world = world
        self.policy: Final = policy

    async def close(self) -> None:
        """Let go of what the world holds open."""
        await self._world.close()

    async def verify(
        self,
        submitted: "Submission | JsonValue",
        *,
        now: datetime,
        language: Language = Language.ENGLISH,
        policy: Policy | None = None,
    ) -> AnyReport:
        """Return the report on ``submitted``, or on any JSON value that :func:`app.strict_json.parse` let through.

        ``policy`` takes the place of the deployment's own for this once.
        """
        submission = submitted if isinstance(submitted, Submission) else Submission.of(submitted)
        case = await self._begin(now, language, policy)
        document = submission.document
        if submission.sd_jwt is not None and case.is_presented(submission.sd_jwt):
            return await case.bound(submission, submission.sd_jwt)
        if isinstance(document, Mapping) and form_of(document) is Form.PRESENTATION:
            return await case.presentation(document, submission)
        return await case.credential(submission)

    async def verify_credential(
        self,
        submission: Submission,
        *,
        now: datetime,
        language: Language = Language.ENGLISH,
        policy: Policy | None = None,
    ) -> Report:
        """Return the report on what must be a credential; a presentation in its place is told not to be one."""
        return await (await self._begin(now, language, policy)).credential(submission)

    async def _begin(self, now: datetime, language: Language, policy: Policy | None) -> "_Case":
        policy = policy or self.policy
        return _Case(await Inquiry.begin(self._world, policy, now), self._world, policy, now, language)


class _Case:
    """One verification under way."""

    def __init__(self, inquiry: Inquiry, world: World, policy: Policy, now: datetime, language: Language) -> None:
        self._inquiry = inquiry
        self._world = world
        self._policy = policy
        self._now = now
        self._language = language

    async def credential(self, submission: Submission, presented: Presented | None = None) -> Report:
        evidence = await self._inquiry.about_credential(submission)

        def conclude() -> Report:
            checks = judge(submission.document, evidence, self._policy, self._now, presented)
            return make_report(
                submission.document, evidence, checks, self._policy, now=self._now, language=self._language
            )

        # Beside the event loop: a stranger's document may hold more than anybody would write by hand.
        return await self._world.in_thread(conclude)

    def is_presented(self, token: SdJwt) -> bool:
        """Whether a holder's signature is there, or asked for. That one is there never lets off who asks for one."""
        asked = self._policy.challenge is not None or self._policy.domains is not None
        return asked or token.key_binding is not None

    async def bound(self, submission: Submission, token: SdJwt) -> PresentationReport:
        """Ask whether an SD-JWT is presented by whom its issuer confirmed, then about the credential in it."""
        document = submission.document
        assert isinstance(document, Mapping)
        evidence = await self._world.in_thread(self._inquiry.about_key_binding, token)
        presented = await self._world.in_thread(presented_by, document, evidence, self._policy, self._now)
        shown = [PresentedCredential(pointer="#", report=await self.credential(submission, presented))]
        return await self._about_holder(document, evidence, presented, shown)

    async def presentation(self, document: Mapping[str, Any], submission: Submission) -> PresentationReport:
        """Ask about the presentation, then about each credential: one after the other, in one allowance of work."""
        evidence = await self._inquiry.about_presentation(submission)
        presented = await self._world.in_thread(presented_by, document, evidence, self._policy, self._now)
        shown = [
            PresentedCredential(pointer=pointer, report=await self.credential(Submission.of(value), presented))
            for pointer, value in presented_in(document)[:MAX_CREDENTIALS]
        ]
        return await self._about_holder(document, evidence, presented, shown)

    async def _about_holder(
        self,
        document: Mapping[str, Any],
        evidence: Evidence,
        presented: Presented,
        shown: Sequence[PresentedCredential],
    ) -> PresentationReport:
        def conclude() -> PresentationReport:
            results = [_RESULT_OF[one.report.verdict] for one in shown]
            checks = judge_presentation(document, evidence, results, self._policy, self._now)
            return make_presentation_report(
                document,
                evidence,
                checks,
                shown,
                self._policy,
                proved=presented.holder,
                now=self._now,
                language=self._language,
            )

        return await self._world.in_thread(conclude)
