"""Answers of strangers, remembered for a while, failures included.

A failure is remembered too (for a shorter while), so that one bad document posted a thousand times asks once. Whoever
asks for the same thing while an answer is on its way waits for that answer. Time comes in as an argument.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar, cast

KEEP_GOOD: Final = timedelta(minutes=5)
KEEP_BAD: Final = timedelta(seconds=30)
MOST_BYTES: Final = 32 * 1024 * 1024
_LEAST_COST: Final = 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found, for how long it may be repeated, and how many bytes it holds."""

    value: T
    keep: timedelta
    size: int = 0


class LookupMemory:
    """A bounded memory of answers. Nothing in it outlives the process."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Any, datetime, datetime, int]] = OrderedDict()
        self._asking: dict[Hashable, asyncio.Task[Any]] = {}

    async def answer(self, key: Hashable, now: datetime, ask: Callable[[], Awaitable[Answer[T]]]) -> T:
        """Return what is remembered for ``key``, or what ``ask`` finds."""
        kept = self._kept.get(key)
        if kept is not None:
            value, since, until, _ = kept
            # A clock that was set back must not make an answer eternal.
            if since <= now < until:
                self._kept.move_to_end(key)
                return cast("T", value)
            self._forget(key)
        task = self._asking.get(key)
        if task is None:
            task = asyncio.ensure_future(self._ask(key, now, ask))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        # Whoever asked first may hang up; the others still want to know.
        return cast("T", await asyncio.shield(task))

    async def _ask(self, key: Hashable, now: datetime, ask: Callable[[], Awaitable[Answer[T]]]) -> T:
        answer = await ask()
        # What is asked for is a stranger's text too, and may be longer than any answer.
        cost = answer.size + _LEAST_COST + len(repr(key))
        if cost <= self._most_bytes and answer.keep > timedelta(0):
            self._kept[key] = (answer.value, now, now + answer.keep, cost)
            self._bytes += cost
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._kept)))
        return answer.value

    def _forget(self, key: Hashable) -> None:
        self._bytes -= self._kept.pop(key)[3]
