"""What every signer promises. A new key backend adds its line to ``SIGNERS``."""

import inspect

import pytest

from app.keys import Algorithm, InProcessSigner, Keyring, MasterSecret, PublicKey, ScryptCost, Signer
from app.keys.signer import signature_length
from tests.counterparts.slow_signer import SlowSigner


def in_memory(algorithm, folder):
    return InProcessSigner.generate(algorithm)


def from_keyring(algorithm, folder):
    secret = MasterSecret.generate()
    Keyring.create(folder, secret, cost=ScryptCost(n=2**14)).generate("test", "key-2026-1", algorithm)
    return Keyring.open(folder, secret).signer("test", "key-2026-1")


def elsewhere(algorithm, folder):
    return SlowSigner(algorithm)


SIGNERS = [in_memory, from_keyring, elsewhere]


@pytest.fixture(params=SIGNERS, ids=lambda make: make.__name__)
def make(request):
    return request.param


@pytest.fixture(params=list(Algorithm), ids=str)
def signer(request, make, tmp_path) -> Signer:
    return make(request.param, tmp_path / "keys")


async def test_its_signature_is_raw_and_verifies_with_its_public_key(signer):
    signature = await signer.sign(b"the message")

    assert len(signature) == signature_length(signer.algorithm)
    assert signer.public_key.verify(signature, b"the message")
    assert not signer.public_key.verify(signature, b"another message")


async def test_signing_again_gives_the_same_bytes(signer):
    assert await signer.sign(b"resumed after a crash") == await signer.sign(b"resumed after a crash")


async def test_an_empty_and_a_long_message_are_signed_like_any_other(signer):
    for message in (b"", b"x" * 1_000_000):
        assert signer.public_key.verify(await signer.sign(message), message)


async def test_its_algorithm_is_that_of_its_public_key(signer):
    assert signer.public_key.algorithm is signer.algorithm
    assert PublicKey.from_multikey(signer.public_key.multikey) == signer.public_key


async def test_a_signer_in_this_process_never_suspends_and_another_says_that_it_may(signer):
    coroutine = signer.sign(b"m")
    try:
        coroutine.send(None)
        suspended = True
    except StopIteration:
        suspended = False
    except RuntimeError:
        suspended = True
    finally:
        if inspect.getcoroutinestate(coroutine) == inspect.CORO_SUSPENDED:
            coroutine.close()

    assert suspended is not signer.in_process


async def test_its_representation_shows_nothing_private(signer):
    assert "Private" not in repr(signer)
    assert len(repr(signer)) < 200
