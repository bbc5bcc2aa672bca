"""What is remembered of strangers' answers, and for how long."""

import asyncio
from datetime import timedelta

import pytest

from app.verification.lookups import Answer, LookupMemory
from tests.counterparts.foreign_issuer import NOW


class Asked:
    """Something to ask that counts how often it was asked."""

    def __init__(self, *, keep=timedelta(minutes=1), size=0):
        self.times = 0
        self.keep = keep
        self.size = size

    async def __call__(self):
        self.times += 1
        await asyncio.sleep(0)
        return Answer(self.times, self.keep, self.size)


async def test_an_answer_is_repeated_until_its_time_is_over():
    memory, asked = LookupMemory(), Asked()
    moments = [0, 59, 60, 61]
    assert [await memory.answer("x", NOW + timedelta(seconds=s), asked) for s in moments] == [1, 1, 2, 2]


async def test_a_clock_that_is_set_back_makes_no_answer_eternal():
    memory, asked = LookupMemory(), Asked()
    assert await memory.answer("x", NOW, asked) == 1
    assert await memory.answer("x", NOW - timedelta(days=365), asked) == 2


async def test_who_asks_meanwhile_waits_for_the_same_answer():
    memory, asked = LookupMemory(), Asked(keep=timedelta(0))
    assert await asyncio.gather(*(memory.answer("x", NOW, asked) for _ in range(10))) == [1] * 10


async def test_a_failure_of_the_asking_is_everybodys_and_is_not_remembered():
    async def fail():
        await asyncio.sleep(0)
        raise ConnectionError

    memory = LookupMemory()
    found = await asyncio.gather(*(memory.answer("x", NOW, fail) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [ConnectionError] * 3
    assert await memory.answer("x", NOW, Asked()) == 1


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ([("list", f"https://x.example/{number}") for number in range(100)], 64 * 1024),
        ([("did", f"did:web:{'x' * 100_000}{number}") for number in range(100)], 0),
    ],
    ids=["large-answers", "long-questions"],
)
async def test_neither_large_answers_nor_long_questions_fill_the_memory(keys, size):
    memory = LookupMemory(most_bytes=1024 * 1024)
    for key in keys:
        await memory.answer(key, NOW, Asked(size=size))
    held = sum(len(repr(key)) + size for key in memory._kept)
    assert 0 < held <= memory._bytes <= 1024 * 1024
