"""What a connection may ask of the process before there is a request: over real sockets, with short times."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import pytest

from app.api.connections import Bounds, guarded
from app.api.rates import TELL_REFUSED
from tests.served import served

GOOD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OTHER_ADDRESS = "127.0.0.2"


async def application(scope, receive, send):
    """Answers at once, without reading what is sent; at /large with more than a socket holds."""
    if scope["path"] == "/refused":
        scope["state"][TELL_REFUSED]()
    body = b"x" * (16 * 1024 * 1024) if scope["path"] == "/large" else b"ok"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(**bounds):
    """Serve; yield what makes a connection."""
    writers = []
    async with served(application, http=guarded(Bounds(**bounds)), ws="none") as address:

        async def connect(source="127.0.0.1"):
            reader, writer = await asyncio.open_connection(*address, local_addr=(source, 0))
            writers.append(writer)
            return reader, writer

        connect.address = address
        try:
            yield connect
        finally:
            for writer in writers:
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()
            await asyncio.sleep(0.05)


async def status_of(reader):
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    return int(head.split()[1]), head


async def ended_within(reader, seconds):
    try:
        while await asyncio.wait_for(reader.read(65536), seconds):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
async def test_a_head_that_does_not_come_is_not_waited_for(sent):
    async with serving(head_seconds=0.2) as connect:
        reader, writer = await connect()
        writer.write(sent)
        assert await ended_within(reader, 3)


async def test_a_head_that_drips_is_not_waited_for_either():
    async with serving(head_seconds=0.3) as connect:
        reader, writer = await connect()

        async def drip():
            writer.write(b"GET / HTTP/1.1\r\n")
            while not writer.is_closing():
                writer.write(b"A: b\r\n")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await ended_within(reader, 3)
        dripping.cancel()


async def test_the_second_head_of_a_connection_has_no_more_time_than_the_first():
    async with serving(head_seconds=0.3) as connect:
        reader, writer = await connect()
        writer.write(GOOD)
        assert (await status_of(reader))[0] == 200
        writer.write(b"\r\n")
        assert await ended_within(reader, 3)


async def test_an_unhurried_client_between_two_requests_is_left_alone():
    async with serving(head_seconds=0.2) as connect:
        reader, writer = await connect()
        for _ in range(2):
            writer.write(GOOD)
            assert (await status_of(reader))[0] == 200
            assert await reader.readexactly(2) == b"ok"
            await asyncio.sleep(0.6)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"v" * 100) for number in range(30)),
        b"GET / HTTP/1.1\r\nX: " + b"v" * 3000,
        b"GET /" + b"p" * 3000,
    ],
)
@pytest.mark.parametrize("whole", [True, False])
async def test_a_head_without_end_is_431(head, whole):
    async with serving(head_bytes=2048) as connect:
        reader, writer = await connect()
        if whole:
            head += b"\r\n\r\n" if b"HTTP" in head else b" HTTP/1.1\r\n\r\n"
        for start in range(0, len(head), 1000):
            writer.write(head[start : start + 1000])
            await asyncio.sleep(0.01)
        status, answer = await status_of(reader)
        assert status == 431
        assert b"connection: close" in answer
        assert await ended_within(reader, 3)


async def test_a_whole_head_in_one_piece_with_a_large_body_is_no_large_head():
    async with serving(head_bytes=2048) as connect:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"b" * 60000)
        assert (await status_of(reader))[0] == 200


async def test_a_body_that_drips_after_its_request_was_answered_ends_with_its_time():
    async with serving(body_seconds=0.3, head_seconds=0.3) as connect:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert (await status_of(reader))[0] == 200

        async def drip():
            while not writer.is_closing():
                writer.write(b"b")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await ended_within(reader, 3)
        dripping.cancel()


async def test_an_answer_that_nobody_fetches_is_not_kept():
    async with serving(stalled_seconds=0.3, head_seconds=0.3) as connect:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(connect.address)
            client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.sleep(1.5)
            client.setblocking(False)
            received = 0
            with suppress(ConnectionResetError):
                while piece := await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 65536), 3):
                    received += len(piece)
            assert received < 16 * 1024 * 1024


async def test_one_address_has_so_many_connections_and_another_still_gets_in():
    async with serving(connections=3) as connect:
        held = [await connect() for _ in range(3)]
        await asyncio.sleep(0.05)
        reader, writer = await connect()
        writer.write(GOOD)
        status, head = await status_of(reader)
        assert (status, b"retry-after" in head, b"problem+json" in head) == (429, True, True)
        assert await ended_within(reader, 3)

        other_reader, other = await connect(OTHER_ADDRESS)
        other.write(GOOD)
        assert (await status_of(other_reader))[0] == 200

        for _, open_writer in held:
            open_writer.close()
        await asyncio.sleep(0.1)
        reader, writer = await connect()
        writer.write(GOOD)
        assert (await status_of(reader))[0] == 200


async def test_twice_as_many_connections_are_closed_without_an_answer():
    async with serving(connections=2, head_seconds=5) as connect:
        for _ in range(4):
            await connect()
        await asyncio.sleep(0.05)
        reader, _ = await connect()
        assert await ended_within(reader, 0.5)


async def test_a_proxy_that_is_named_may_hold_more():
    async with serving(connections=1, exempt=("127.0.0.0/31",)) as connect:
        for _ in range(5):
            reader, writer = await connect()
            writer.write(GOOD)
            assert (await status_of(reader))[0] == 200


async def test_after_a_refusal_the_next_request_is_read_later_and_the_answer_comes_at_once():
    loop = asyncio.get_running_loop()
    async with serving(pause_seconds=0.5) as connect:
        reader, writer = await connect()
        began = loop.time()
        writer.write(b"GET /refused HTTP/1.1\r\nHost: x\r\n\r\n")
        await status_of(reader)
        assert loop.time() - began < 0.3
        await reader.readexactly(2)
        writer.write(GOOD)
        await status_of(reader)
        assert loop.time() - began >= 0.45


async def test_requests_sent_ahead_of_a_refusal_are_not_all_answered():
    async with serving(pause_seconds=0.1) as connect:
        reader, writer = await connect()
        writer.write(b"GET /refused HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
        received = b""
        with suppress(ConnectionResetError):
            while piece := await asyncio.wait_for(reader.read(65536), 3):
                received += piece
        assert received.count(b"HTTP/1.1 200") <= 2


async def test_some_requests_may_be_sent_ahead_and_no_endless_number_is_kept():
    async with serving(sent_ahead=4) as connect:
        reader, writer = await connect()
        writer.write(GOOD * 5)
        received = b""
        while received.count(b"HTTP/1.1 200") < 5:
            received += await asyncio.wait_for(reader.read(65536), 3)

        reader, writer = await connect()
        writer.write(GOOD * 5000)
        assert await ended_within(reader, 3)
