"""Connections to the signer process: few are kept, idle ones end, and a queue that is full is no stranger."""

import asyncio
import errno
import socket

import pytest

from app.keys import Backend, SignerProcess
from app.keys.keeper import Found
from app.keys.peers import listen
from app.keys.remote import SignerUnreachable
from app.keys.rsa_key import RsaPublicKey, RsaScheme
from tests.keys.signing import a_desk, an_rsa_key

KEY = RsaPublicKey.of_library_key(an_rsa_key().public_key(), RsaScheme.PS256)


class SlowKeeper:
    """A keeper that takes its time over each question, and counts those that are under way together."""

    def __init__(self, seconds=0.02):
        self.seconds = seconds
        self.at_work = self.most_at_work = 0

    async def look(self, _ref, _algorithm):
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await asyncio.sleep(self.seconds)
        self.at_work -= 1
        return Found(KEY)

    async def make(self, _ref, _algorithm):
        return KEY

    async def trouble(self):
        return None

    async def close(self):
        return


def look(process):
    return process.look(Backend.FILE, "x", RsaScheme.PS256)


async def test_after_a_burst_few_connections_are_kept(tmp_path):
    keeper = SlowKeeper()
    async with a_desk({Backend.FILE: keeper}, tmp_path) as process:
        await asyncio.gather(*(look(process) for _ in range(40)))
        assert keeper.most_at_work == 16
        assert len(process._idle) == 4
        assert await look(process) == Found(KEY)


async def test_who_asks_nothing_for_long_is_hung_up_on_and_the_next_question_is_answered(tmp_path):
    async with a_desk({Backend.FILE: SlowKeeper()}, tmp_path, idle_seconds=0.05) as process:
        await look(process)
        ((reader, _),) = process._idle
        async with asyncio.timeout(5):
            while not reader.at_eof():  # noqa: ASYNC110 - a reader tells nobody
                await asyncio.sleep(0.01)
        assert await look(process) == Found(KEY)
        assert await process.health() == {"file": None}


@pytest.mark.parametrize("ask", [look, SignerProcess.health], ids=["look", "health"])
async def test_a_kept_connection_that_ends_under_a_question_costs_nobody_an_answer(tmp_path, ask):
    async with a_desk({Backend.FILE: SlowKeeper(0)}, tmp_path):
        between = listen(tmp_path / "between.sock", shared=False)
        served = 0

        async def stand_between(reader, writer):
            nonlocal served
            served += 1
            onward_reader, onward = await asyncio.open_unix_connection(tmp_path / "s.sock")
            onward.write(await reader.read(65536))
            writer.write(await onward_reader.read(65536))
            await reader.read(1)
            onward.close()
            writer.close()

        async with await asyncio.start_unix_server(stand_between, sock=between):
            # Without patience: a question that is asked again in the usual way would fail here.
            asker = SignerProcess(tmp_path / "between.sock", patience_seconds=0)
            for _ in range(3):
                assert await ask(asker)
            await asker.close()
        assert served == 3


async def test_a_key_is_made_on_a_connection_of_its_own(tmp_path):
    async with a_desk({Backend.FILE: SlowKeeper(0)}, tmp_path) as process:
        await look(process)
        (held,) = process._idle
        await process.make(Backend.FILE, "x", RsaScheme.PS256)
        assert process._idle[0] is held
        assert len(process._idle) == 2


async def test_a_full_queue_is_no_stranger(tmp_path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = tmp_path / "full.sock"
    listener.bind(str(path))
    listener.listen(1)
    waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(3)]
    for one in waiting:
        one.setblocking(False)
    # Linux lets one more wait than was said.
    assert [one.connect_ex(str(path)) for one in waiting] == [0, 0, errno.EAGAIN]
    with pytest.raises(SignerUnreachable):
        await SignerProcess(path, patience_seconds=0.1).names()
    for one in (*waiting, listener):
        one.close()
