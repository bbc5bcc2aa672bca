"""What each verification must say, and what it said.

An answer is compared in all that a reader would act on: the HTTP status, the verdict, the check that is named as the
reason and its code. "Invalid" for the wrong reason is not the right answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

NO_CHECK_FAILED: Final = "no check failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """The part of an answer of ``POST /verify`` that a reader acts on."""

    status: int
    verdict: str
    """The verdict of a report, or the problem's code when there is no report."""
    reason: str
    """``check: code`` of the reason, or ``pointer: code`` of the finding."""

    @classmethod
    def of_report(cls, status: int, body: Mapping[str, Any]) -> Self:
        """Read a report, or the problem document that stands in its place."""
        if "verdict" in body:
            reason = body["reason"]
            failed = [check["name"] for check in body["checks"] if check["result"] == "failed"]
            if reason["check"]:
                named = f"{reason['check']}: {reason['code']}"
            elif failed:
                # Checks that only inform leave the verdict alone; on what we issued ourselves none may fail.
                named = f"although failed: {', '.join(failed)}"
            else:
                named = NO_CHECK_FAILED
            return cls(status, body["verdict"], named)
        findings = body.get("errors") or [{"pointer": "?", "code": "?"}]
        return cls(status, body.get("code", "?"), f"{findings[0]['pointer']}: {findings[0]['code']}")

    def __str__(self) -> str:
        return f"{self.status} {self.verdict} ({self.reason})"


def valid() -> Answer:
    """Return what a credential that still holds must get."""
    return Answer(200, "valid", NO_CHECK_FAILED)


def invalid(check: str, code: str) -> Answer:
    """Return the verdict *invalid* for one reason."""
    return Answer(200, "invalid", f"{check}: {code}")


def indeterminate(check: str, code: str) -> Answer:
    """Return the verdict *indeterminate* for one reason."""
    return Answer(200, "indeterminate", f"{check}: {code}")


def refused(pointer: str, code: str) -> Answer:
    """Return the refusal of bytes that are not one JSON document."""
    return Answer(400, "malformed-json", f"{pointer}: {code}")


@dataclass(frozen=True, slots=True)
class Case:
    """One credential that was shown to the verifier."""

    what: str
    expected: Answer
    found: Answer

    @property
    def right(self) -> bool:
        """Whether the verifier said exactly what it must."""
        return self.expected == self.found
