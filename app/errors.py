"""What can go wrong, named once. Knows nothing of HTTP.

Every failure that a caller may see is a :class:`ServiceError` with a stable kebab-case ``code``, a title and a
:class:`Family`. The doors turn the family into their own protocol's answer (``api/problems.py``); whatever is not a
``ServiceError`` is a defect of ours, and its text is never shown.

Personal data never enters a message: a :class:`Finding` says *where* (a JSON pointer), not *what was there*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from urllib.parse import quote


class Weight(StrEnum):
    """How much a finding weighs. Required findings stop the story; advice travels along in the answer."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that one rule found.

    ``pointer`` is a JSON pointer in URI fragment form (RFC 6901 section 6) into what was sent, ``#`` for the whole.
    ``citation`` names the clause that makes the rule, such as ``ENHANCE template 2021-06, 7.6``.
    """

    code: str
    pointer: str
    detail: str
    citation: str | None = None
    weight: Weight = Weight.REQUIRED


class Family(StrEnum):
    """Kinds of failure. Which HTTP status belongs to each is decided at the edge only."""

    MALFORMED = "malformed"
    METHOD = "method not allowed"
    UNAUTHENTICATED = "unauthenticated"
    NOT_PERMITTED = "not permitted"
    NOT_FOUND = "not found"
    GONE = "gone"
    CONFLICT = "conflict"
    RULE_BROKEN = "rule broken"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    HEAD_TOO_LARGE = "header fields too large"
    MEDIA_TYPE = "media type not supported"
    LIMIT_REACHED = "limit reached"
    DEFECT = "defect of the service"
    UNAVAILABLE = "unavailable"


class ServiceError(Exception):
    """A failure that has a name. Subclasses fix ``code``, ``title`` and ``family``; instances add the particulars."""

    code: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[Family]

    def __init__(
        self,
        detail: str | None = None,
        *,
        findings: Iterable[Finding] = (),
        retry_after_seconds: int | None = None,
        location: str | None = None,
    ) -> None:
        """``location`` is the URL of the thing already there (conflicts); ``retry_after_seconds`` when to ask again."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.findings: Sequence[Finding] = tuple(findings)
        self.retry_after_seconds = retry_after_seconds
        self.location = location


def json_pointer(path: Iterable[str | int]) -> str:
    """Return ``path`` as a JSON pointer in URI fragment form (RFC 6901 section 6).

    Half of a surrogate pair, which no URI can hold, becomes a question mark: what was found is told all the same.
    """
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="~!$&'()*+,;=:@-._", errors="replace") for step in escaped)
