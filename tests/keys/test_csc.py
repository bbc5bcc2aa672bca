"""A remote signing service that misbehaves: nothing wrong leaves, and what can be mended by asking again is."""

import asyncio
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.keys import Algorithm, Backend, KeyringUnusable, RemoteSealSigner, SignatureWrong, SigningFailed, csc_ref
from app.keys.csc import CscKeeper, CscPlace
from app.keys.keyring import KeyDiffers
from app.keys.rsa_key import KeyRefused, RsaScheme
from app.settings import CscVersion
from tests.counterparts.csc_service import CLIENT, PIN, SECRET, Credential, CscService, Fault, self_signed
from tests.keys.signing import a_desk, an_rsa_key

ID = "seal of the university"


@pytest.fixture(params=list(CscVersion), ids=lambda version: f"v{version}")
def service(request):
    key = an_rsa_key()
    return CscService(version=str(request.param), credentials={ID: Credential(key, [self_signed(key)])})


def keeper_of(service, url, *, patience=None, **changes):
    facts = {"client_id": CLIENT, "client_secret": SECRET, "pin": PIN, **changes}
    return CscKeeper(CscPlace(url, CscVersion(service.version), **facts), **(patience or {}))


@pytest.fixture
async def asked(service, tmp_path):
    """A signer process in front of the service, and the seal's signer. What it says is asked for each time."""
    patience = {"answer_seconds": 2.0, "info_seconds": -1.0}
    async with (
        service.running() as url,
        a_desk({Backend.CSC: keeper_of(service, url, patience=patience)}, tmp_path) as process,
    ):
        found = await process.look(Backend.CSC, ID, RsaScheme.PS256)
        yield RemoteSealSigner(process, Backend.CSC, csc_ref(ID, found.chain[0]), found.public_key), process


async def test_digests_that_wait_are_signed_together_as_many_as_the_credential_allows(asked, service):
    signer, _ = asked
    messages = [f"document {number}".encode() for number in range(12)]
    signatures = await asyncio.gather(*(signer.sign(message) for message in messages))
    assert all(signer.public_key.verify(*pair) for pair in zip(signatures, messages, strict=True))
    assert service.most_at_once == 5
    assert service.calls["signatures/signHash"] < 6
    assert service.calls["oauth2/token"] == 1


@pytest.mark.parametrize("fault", [Fault.TOKEN_ENDED, Fault.RIGHT_ENDED])
async def test_a_token_or_a_right_that_has_ended_is_asked_for_once_more(asked, service, fault):
    signer, _ = asked
    service.faults.append(fault)
    assert signer.public_key.verify(await signer.sign(b"m"), b"m")
    assert service.faults == []


async def test_a_right_that_ends_again_and_again_is_not_asked_for_for_ever(asked, service):
    signer, _ = asked
    service.faults += [Fault.RIGHT_ENDED] * 3
    with pytest.raises(SigningFailed):
        await signer.sign(b"m")
    assert service.faults == [Fault.RIGHT_ENDED]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.UNAVAILABLE, SigningFailed),
        (Fault.NO_JSON, SigningFailed),
        (Fault.ENDLESS, SigningFailed),
        (Fault.ONE_TOO_FEW, SigningFailed),
        (Fault.WRONG_SIGNATURE, SignatureWrong),
        (Fault.ANOTHER_HASH, SignatureWrong),
    ],
)
async def test_what_is_no_signature_of_the_document_leaves_nobody_and_the_next_one_is_good(
    asked, service, fault, problem
):
    signer, _ = asked
    service.faults.append(fault)
    with pytest.raises(problem) as caught:
        await signer.sign(b"m")
    assert type(caught.value) is problem
    assert signer.public_key.verify(await signer.sign(b"m"), b"m")


async def test_a_service_that_is_slow_has_failed_in_time(asked, service):
    signer, process = asked
    service.faults.append(Fault.SLOW)
    service.slow_seconds = 2.5
    with pytest.raises(SigningFailed, match="does not answer"):
        await process.sign(Backend.CSC, signer._ref, signer.public_key, b"m")
    assert await signer.sign(b"m")


async def test_a_service_that_is_away_is_said_and_is_asked_again_when_it_is_back(asked, service):
    signer, process = asked
    service.down = True
    with pytest.raises(SigningFailed):
        await signer.sign(b"m")
    assert "503" in (await process.health())["csc"]
    service.down = False
    assert await signer.sign(b"m")
    assert await process.health() == {"csc": None}


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.ANOTHER_CERTIFICATE, KeyDiffers),
        (Fault.DISABLED, KeyringUnusable),
        (Fault.WANTS_A_PERSON, KeyringUnusable),
    ],
)
async def test_a_credential_that_is_not_what_was_enrolled_signs_nothing(asked, service, fault, problem):
    signer, process = asked
    await signer.sign(b"m")
    service.faults.append(fault)
    before = service.calls["credentials/authorize"]
    with pytest.raises(problem):
        await process.sign(Backend.CSC, signer._ref, signer.public_key, b"m")
    assert service.calls["credentials/authorize"] == before, "not even a right was asked for"


async def test_secrets_and_the_services_own_words_are_in_no_message(service, tmp_path):
    async with service.running() as url:
        keeper = keeper_of(service, url, client_secret="another secret")
        assert "secret" not in repr(keeper._place)
        async with a_desk({Backend.CSC: keeper}, tmp_path) as process:
            with pytest.raises(KeyringUnusable, match="refuses our client") as caught:
                await process.look(Backend.CSC, ID, RsaScheme.PS256)
            assert "another secret" not in caught.value.detail


async def test_a_pin_that_is_refused_is_no_signature_and_is_never_sent_again(service, tmp_path):
    async with service.running() as url, a_desk({Backend.CSC: keeper_of(service, url, pin="0")}, tmp_path) as process:
        found = await process.look(Backend.CSC, ID, RsaScheme.PS256)
        assert await process.health() == {"csc": None}
        for _ in range(3):
            with pytest.raises(KeyringUnusable, match="CSC_PIN_FILE"):
                await process.sign(Backend.CSC, csc_ref(ID, found.chain[0]), found.public_key, b"m")
        assert service.calls["credentials/authorize"] == 1, "three wrong ones lock a credential"
        assert "CSC_PIN_FILE" in (await process.health())["csc"]


async def test_a_right_that_is_refused_is_not_asked_for_again_for_the_same_signature(asked, service):
    signer, _ = asked
    service.faults.append(Fault.TOO_MANY)
    with pytest.raises(SigningFailed):
        await signer.sign(b"m")
    assert service.calls["credentials/authorize"] == 1
    assert signer.public_key.verify(await signer.sign(b"m"), b"m")


async def test_a_credential_of_another_kind_of_key_is_refused(service, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    service.credentials["ec"] = Credential(key, [self_signed(key)], explicit=False)
    async with service.running() as url, a_desk({Backend.CSC: keeper_of(service, url)}, tmp_path) as process:
        for identifier, algorithm in (("ec", RsaScheme.RS256), (ID, Algorithm.P256), ("ec", Algorithm.ED25519)):
            with pytest.raises(KeyRefused):
                await process.look(Backend.CSC, identifier, algorithm)
        with pytest.raises(KeyRefused, match="made by its provider"):
            await process.make(Backend.CSC, "x", Algorithm.P256)


def test_a_reference_holds_the_certificate_that_was_enrolled():
    assert csc_ref("a#b", b"der") == f"a#b#{hashlib.sha256(b'der').hexdigest()}"
