"""What every signer promises, wherever its key is. A new key backend adds its line to ``BACKENDS``."""

import asyncio
import inspect
import shutil
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.keys import (
    Algorithm,
    Backend,
    InProcessSigner,
    KeyExists,
    Keyring,
    KeyringUnusable,
    KeyUnknown,
    MasterSecret,
    PublicKey,
    RemoteSigner,
    RsaPublicKey,
    RsaScheme,
    ScryptCost,
    SealSigner,
    SignatureWrong,
    SignerProcess,
    SigningFailed,
    public_key_on_record,
)
from app.keys.csc import CscKeeper, CscPlace
from app.keys.keeper import FileKeeper
from app.keys.pkcs11 import TokenKeeper
from app.keys.rsa_key import InProcessRsaSigner, generate_rsa_key
from app.settings import CscVersion
from tests.counterparts import softhsm
from tests.counterparts.csc_service import CLIENT, PIN, Credential, CscService, self_signed
from tests.counterparts.csc_service import SECRET as CLIENT_SECRET
from tests.counterparts.slow_signer import Fault, SlowSigner
from tests.keys.signing import a_desk, an_rsa_key

SECRET = MasterSecret.generate()
DID_ALGORITHMS = list(Algorithm)
ALL = [*DID_ALGORITHMS, *RsaScheme]
REF, OTHER_REF = "test/key-2026-1", "test/key-2026-2"


@dataclass
class Made:
    """A signer, and what else its contract is about."""

    signer: SealSigner
    another: SealSigner | None = None
    """A signer that has the public key of the first and asks for the key of another."""
    process: SignerProcess | None = None
    refs: tuple[str, ...] = ()


@cache
def two_keys(algorithm):
    """A keyring with two keys. Making them takes long; every test has a copy."""
    folder = Path(tempfile.mkdtemp()) / "keys"
    keyring = Keyring.create(folder, SECRET, cost=ScryptCost(n=2**14))
    for ref in (REF, OTHER_REF):
        keyring.generate(*ref.split("/"), algorithm)
    return folder


@asynccontextmanager
async def in_memory(algorithm, folder):
    if isinstance(algorithm, RsaScheme):
        yield Made(InProcessRsaSigner(an_rsa_key(), algorithm))
    else:
        yield Made(InProcessSigner.generate(algorithm))


@asynccontextmanager
async def from_keyring(algorithm, folder):
    shutil.copytree(two_keys(algorithm), folder)
    yield Made(Keyring.open(folder, SECRET).signer("test", "key-2026-1"))


@asynccontextmanager
async def elsewhere(algorithm, folder):
    yield Made(SlowSigner(algorithm))


@asynccontextmanager
async def through_a_signer_process(algorithm, folder):
    shutil.copytree(two_keys(algorithm), folder)
    async with kept_by(FileKeeper(Keyring.open(folder, SECRET)), Backend.FILE, algorithm, folder) as made:
        yield made


@asynccontextmanager
async def kept_by(keeper, backend, algorithm, folder, ref=REF, other=OTHER_REF):
    """Ask ``keeper``, which has two keys, through a signer process."""
    async with a_desk({backend: keeper}, folder / "socket") as process:
        public_key = (await process.look(backend, ref, algorithm)).public_key
        yield Made(
            RemoteSigner(process, backend, ref, public_key),
            RemoteSigner(process, backend, other, public_key),
            process,
            (ref, other),
        )


@asynccontextmanager
async def in_a_token(algorithm, folder):
    keeper = TokenKeeper(softhsm.of_this_process())
    ref, other = (f"test/{algorithm.lower()}-2026-{number}" for number in (1, 2))
    async with a_desk({Backend.PKCS11: keeper}, folder) as process:
        for each in (ref, other):
            with suppress(KeyExists):  # by an earlier test
                await process.make(Backend.PKCS11, each, algorithm)
    # Closed and opened anew, as by another process.
    async with kept_by(TokenKeeper(softhsm.of_this_process()), Backend.PKCS11, algorithm, folder, ref, other) as made:
        yield made


@asynccontextmanager
async def at_a_remote_service(algorithm, folder, version=CscVersion.V2):
    service = CscService(version=str(version))
    for ref in (REF, OTHER_REF):
        if isinstance(algorithm, RsaScheme):
            key = an_rsa_key() if ref == REF else another_rsa_key()
        else:
            key = ec.generate_private_key(ec.SECP256R1() if algorithm is Algorithm.P256 else ec.SECP384R1())
        service.credentials[ref] = Credential(key, [self_signed(key)])
    async with service.running() as url:
        keeper = CscKeeper(CscPlace(url, version, CLIENT, CLIENT_SECRET, PIN))
        async with kept_by(keeper, Backend.CSC, algorithm, folder) as made:
            yield made


@asynccontextmanager
async def at_an_older_remote_service(algorithm, folder):
    async with at_a_remote_service(algorithm, folder, CscVersion.V1) as made:
        yield made


@cache
def another_rsa_key():
    return generate_rsa_key()


SEALS_ONLY = [Algorithm.P256, Algorithm.P384, *RsaScheme]
BACKENDS = {
    in_memory: ALL,
    from_keyring: ALL,
    elsewhere: DID_ALGORITHMS,
    through_a_signer_process: ALL,
    in_a_token: ALL,
    at_a_remote_service: SEALS_ONLY,
    at_an_older_remote_service: SEALS_ONLY,
}
OURS = (in_memory, from_keyring, elsewhere, through_a_signer_process)
MARKS = {in_a_token: softhsm.needs_softhsm}
EVERY = [(make, algorithm) for make, algorithms in BACKENDS.items() for algorithm in algorithms]
APART = [(make, algorithm) for make, algorithm in EVERY if make not in (in_memory, from_keyring, elsewhere)]


def each(pairs):
    parameters = [
        pytest.param(pair, marks=MARKS.get(pair[0], ()), id=f"{pair[0].__name__}-{pair[1]}") for pair in pairs
    ]
    return pytest.mark.parametrize("made", parameters, indirect=True)


@pytest.fixture
async def made(request, tmp_path):
    make, algorithm = request.param
    async with make(algorithm, tmp_path / "k") as made:
        yield made


@each(EVERY)
async def test_its_signature_is_raw_and_verifies_with_its_public_key(made):
    signature = await made.signer.sign(b"the message")

    assert len(signature) == made.signer.public_key.signature_bytes
    assert made.signer.public_key.verify(signature, b"the message")
    assert not made.signer.public_key.verify(signature, b"another message")


@each([(make, algorithm) for make, algorithm in EVERY if make in OURS and algorithm is not RsaScheme.PS256])
async def test_signing_again_gives_the_same_bytes_where_the_key_is_ours(made):
    assert await made.signer.sign(b"resumed after a crash") == await made.signer.sign(b"resumed after a crash")


@each(EVERY)
async def test_an_empty_and_a_long_message_are_signed_like_any_other(made):
    for message in (b"", b"x" * 1_000_000):
        assert made.signer.public_key.verify(await made.signer.sign(message), message)


@each(EVERY)
async def test_its_public_key_is_what_a_record_makes_of_it(made):
    public_key = made.signer.public_key
    assert public_key_on_record(public_key.algorithm.value, public_key.multikey) == public_key
    assert isinstance(public_key, RsaPublicKey if public_key.algorithm in list(RsaScheme) else PublicKey)


@each(EVERY)
async def test_a_signer_in_this_process_never_suspends_and_another_says_that_it_may(made):
    coroutine = made.signer.sign(b"m")
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

    assert suspended is not made.signer.in_process


@each(EVERY)
async def test_its_representation_shows_nothing_private(made):
    assert "Private" not in repr(made.signer)
    assert len(repr(made.signer)) < 200


@each(EVERY)
async def test_many_at_once_each_get_the_signature_of_their_own_message(made):
    messages = [f"message {number}".encode() * (1 + 100 * (number % 3)) for number in range(40)]
    signatures = await asyncio.gather(*(made.signer.sign(message) for message in messages))
    for message, signature in zip(messages, signatures, strict=True):
        assert made.signer.public_key.verify(signature, message)


@each(APART)
async def test_a_key_that_is_not_the_one_on_record_signs_nothing(made):
    with pytest.raises(SigningFailed):
        await made.another.sign(b"the message")


@each(APART)
async def test_it_says_that_it_is_in_order_and_which_keys_it_has(made):
    health = await made.process.health()
    assert list(health.values()) == [None]
    assert {ref for _, ref in await made.process.names()} >= set(made.refs)


@each(APART)
async def test_a_key_that_is_not_there_is_unknown(made):
    (backend,) = await made.process.health()
    with pytest.raises(KeyUnknown):
        await made.process.sign(Backend(backend), "test/nothing", made.signer.public_key, b"m")
    with pytest.raises(KeyUnknown):
        await made.process.look(Backend(backend), "test/nothing", made.signer.public_key.algorithm)


@each(APART)
async def test_what_is_public_about_a_key_can_be_asked_for(made):
    (backend,) = await made.process.health()
    found = await made.process.look(Backend(backend), made.refs[0], made.signer.public_key.algorithm)
    assert found.public_key == made.signer.public_key


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, RsaScheme.PS256])
async def test_a_key_is_made_once_and_never_over_another(tmp_path, algorithm):
    keeper = FileKeeper(Keyring.create(tmp_path / "keys", SECRET, cost=ScryptCost(n=2**14)))
    async with a_desk({Backend.FILE: keeper}, tmp_path) as process:
        public_key = await process.make(Backend.FILE, REF, algorithm)
        with pytest.raises(KeyExists):
            await process.make(Backend.FILE, REF, algorithm)
        assert (await process.look(Backend.FILE, REF, algorithm)).public_key == public_key


class Faulty:
    """A keeper that signs as a slow signer does, its faults included; fits ``Keeper`` where it is asked to sign."""

    def __init__(self, *faults, delay_seconds=0.0):
        self.signer = SlowSigner(Algorithm.P256, faults=faults, delay_seconds=delay_seconds)

    async def sign(self, _ref, _public_key, message):
        return await self.signer.sign(message)

    def stuck(self):
        return True

    async def close(self):
        pass


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.REFUSES, SigningFailed),
        (Fault.SIGNS_WITH_ANOTHER_KEY, SignatureWrong),
        (Fault.CUTS_THE_SIGNATURE, SignatureWrong),
    ],
)
async def test_what_a_keeper_gives_that_is_no_signature_leaves_nobody(tmp_path, fault, problem):
    keeper = Faulty(fault)
    async with a_desk({Backend.PKCS11: keeper}, tmp_path) as process:
        signer = RemoteSigner(process, Backend.PKCS11, "x", keeper.signer.public_key)
        with pytest.raises(problem):
            await signer.sign(b"m")
        assert signer.public_key.verify(await signer.sign(b"m"), b"m")


async def test_a_wrong_signature_is_caught_a_second_time_by_whoever_asked(tmp_path, monkeypatch):
    keeper = Faulty(Fault.SIGNS_WITH_ANOTHER_KEY)
    # A signer process of somebody who took the first check out.
    monkeypatch.setattr("app.keys.signing_desk.insist_on_signature", lambda _key, signature, _message: signature)
    async with a_desk({Backend.PKCS11: keeper}, tmp_path) as process:
        with pytest.raises(SignatureWrong):
            await RemoteSigner(process, Backend.PKCS11, "x", keeper.signer.public_key).sign(b"m")


async def test_a_keeper_that_does_not_answer_is_given_up(tmp_path):
    keeper = Faulty(delay_seconds=60)
    async with a_desk({Backend.PKCS11: keeper}, tmp_path, keeper_seconds=0.05) as process:
        with pytest.raises(SigningFailed):
            await RemoteSigner(process, Backend.PKCS11, "x", keeper.signer.public_key).sign(b"m")


class Away(Faulty):
    """Takes its time to say how it is."""

    async def trouble(self):
        await asyncio.sleep(60)


async def test_a_keeper_that_is_slow_holds_up_neither_others_nor_the_answer_how_they_are(tmp_path):
    quick, slow = Faulty(), Away(delay_seconds=60)
    file = FileKeeper(Keyring.create(tmp_path / "keys", SECRET, cost=ScryptCost(n=2**14)))
    keepers = {Backend.PKCS11: quick, Backend.CSC: slow, Backend.FILE: file}
    async with a_desk(keepers, tmp_path, keeper_seconds=2) as process:
        waiting = [
            asyncio.create_task(RemoteSigner(process, Backend.CSC, "x", slow.signer.public_key).sign(b"m"))
            for _ in range(40)
        ]
        await asyncio.sleep(0.05)
        signature = await RemoteSigner(process, Backend.PKCS11, "x", quick.signer.public_key).sign(b"m")
        assert quick.signer.public_key.verify(signature, b"m")
        quick.trouble = file.trouble
        assert await process.health() == {"pkcs11": None, "csc": "It does not answer in time.", "file": None}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_backend_that_is_not_set_up_is_said_to_the_operator_and_not_to_who_asks_for_a_signature(tmp_path):
    keeper = Faulty()
    async with a_desk({Backend.PKCS11: keeper}, tmp_path) as process:
        with pytest.raises(KeyringUnusable, match="no backend csc"):
            await process.sign(Backend.CSC, "x", keeper.signer.public_key, b"m")
        with pytest.raises(SigningFailed) as caught:
            await RemoteSigner(process, Backend.CSC, "x", keeper.signer.public_key).sign(b"m")
        assert caught.value.detail == SigningFailed.title
