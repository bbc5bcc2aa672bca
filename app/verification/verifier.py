"""The story: one document in, one report out."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from app.languages import Language
from app.strict_json import JsonValue
from app.verification.evidence import Policy
from app.verification.gather import World, gather
from app.verification.judge import judge
from app.verification.report import Report, make_report
from app.verification.submission import Submission

T = TypeVar("T")


class Verifier:
    """Verifies for one deployment: what it may ask, and by which policy it judges."""

    def __init__(self, world: World, policy: Policy) -> None:
        """Both stay as they are for the verifier's life; ``policy`` is what one verification may depart from."""
        self._world = world
        self.policy: Final = policy

    async def close(self) -> None:
        """Let go of what the world holds open."""
        await self._world.close()

    async def beside(self, work: Callable[[], T]) -> T:
        """Do ``work`` on a stranger's document beside the event loop, where the verifier does its own."""
        return await self._world.in_slow_thread(work)

    async def verify(
        self,
        submitted: "Submission | JsonValue",
        *,
        now: datetime,
        language: Language = Language.ENGLISH,
        policy: Policy | None = None,
    ) -> Report:
        """Return the report on ``submitted``, or on any JSON value that :func:`app.strict_json.parse` let through.

        ``policy`` takes the place of the deployment's own for this once.
        """
        policy = policy or self.policy
        submission = submitted if isinstance(submitted, Submission) else Submission.of(submitted)
        document = submission.document
        evidence = await gather(submission, world=self._world, policy=policy, now=now)

        def conclude() -> Report:
            checks = judge(document, evidence, policy, now)
            return make_report(document, evidence, checks, policy, now=now, language=language)

        # Beside the event loop: a stranger's document may hold more than anybody would write by hand.
        return await self._world.in_thread(conclude)
