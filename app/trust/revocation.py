"""Asking whether certificates were revoked: the authorities' own answers (OCSP, RFC 6960) and lists (RFC 5280).

Where to ask stands in the certificate, in whose issuer somebody here believes (:func:`app.trust.seals.dossier` asks
about no other). All the same it is asked through the guarded way out, and an answer counts only if it is signed by
whoever may sign it and settles the question today.

1. What was answered before is used as long as it is current, but no longer than an hour.
2. The OCSP responders are asked, then the lists are fetched, in the order in which the certificate names them.
3. An address that brought nothing is left alone for a minute: nobody waits for it with each seal.
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeVar

from app.trust.fetch import Ask, FetchError, GuardedFetch, Posted
from app.trust.seals import Asked, Material

LIST_BYTES: Final = 2 * 1024 * 1024
ANSWER_BYTES: Final = 64 * 1024
_KEPT: Final = timedelta(hours=1)
_LEFT_ALONE: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 128
_MOST_QUESTIONS: Final = 8
_BEHIND_ALL: Final = sys.maxsize
"""The place of what did not come with the seal: no time-stamp of the seal covers it."""


class RevocationSource:
    """Asks authorities; see the module."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._kept: dict[tuple[str, bytes], tuple[datetime, bytes]] = {}
        self._vain: dict[str, datetime] = {}

    async def aclose(self) -> None:
        """Close the way out, if it is one of ours."""
        if isinstance(self._ask, GuardedFetch):
            await self._ask.aclose()

    async def material(self, questions: Sequence[Asked], now: datetime, *, seconds: float = 60) -> Material:
        """Return what authorities say about the certificates of ``questions``, as far as it comes in ``seconds``."""
        lists: dict[bytes, None] = {}
        answers: dict[bytes, None] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for question in questions[:_MOST_QUESTIONS]:
                    if question.is_settled_by(Material(_BEHIND_ALL, (), tuple(lists)), now):
                        continue
                    found = await self._answer(question, now)
                    if found is not None:
                        lists |= dict.fromkeys(found.revocation_lists)
                        answers |= dict.fromkeys(found.ocsp_responses)
        return Material(_BEHIND_ALL, (), tuple(lists), tuple(answers))

    async def _answer(self, question: Asked, now: datetime) -> Material | None:
        places = [(url, question.query()) for url in question.ocsp] + [(url, b"") for url in question.lists]  # 2
        for url, query in places:
            known = self._kept.get((url, query))
            if known is not None and timedelta(0) <= now - known[0] < _KEPT:  # 1
                found = _material(query, known[1])
                if question.is_settled_by(found, now):
                    return found
            content = await self._had(url, query, now)
            if content is not None and question.is_settled_by(found := _material(query, content), now):
                _keep(self._kept, (url, query), (now, content))
                return found
        return None

    async def _had(self, url: str, query: bytes, now: datetime) -> bytes | None:
        if url in self._vain and timedelta(0) <= now - self._vain[url] < _LEFT_ALONE:  # 3
            return None
        posted = Posted(query, "application/ocsp-request") if query else None
        accept = "application/ocsp-response" if query else "application/pkix-crl"
        try:
            return (
                await self._ask(url, max_bytes=ANSWER_BYTES if query else LIST_BYTES, accept=accept, posted=posted)
            ).content
        except FetchError:
            _keep(self._vain, url, now)
            return None


def _material(query: bytes, content: bytes) -> Material:
    if query:
        return Material(_BEHIND_ALL, ocsp_responses=(content,))
    return Material(_BEHIND_ALL, revocation_lists=(content,))


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _keep(places: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep a value, and let go of the oldest if there are too many."""
    places.pop(key, None)
    places[key] = value
    if len(places) > _MOST_KEPT:
        del places[next(iter(places))]
