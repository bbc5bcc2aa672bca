"""Instants as documents write them: the one reader and the one writer for all rooms.

A stranger's text never raises here. An instant that exists only in its own time zone, at either end of the calendar, is
no instant that could be compared with another, so it reads as none.
"""

import re
from datetime import UTC, datetime
from typing import Final

_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:(?P<second>\d{2})(?P<fraction>\.\d{1,12})?(?P<zone>[Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)


def write_instant(moment: datetime) -> str:
    """Write ``moment`` as xsd:dateTimeStamp in UTC, to the second (VCDM 2.0 section 4.9).

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def read_instant(text: object) -> datetime | None:
    """Return the instant that ``text`` writes (xsd:dateTimeStamp, RFC 3339), or ``None`` where it writes none."""
    if not isinstance(text, str):
        return None
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    # A leap second is no second of ours; the one before it decides nothing differently.
    second = "59" if match["second"] == "60" else match["second"]
    fraction = (match["fraction"] or "")[:7]
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        return datetime.fromisoformat(f"{text[:17].upper()}{second}{fraction}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
