"""The parts of the demonstration that decide what it says: ports, screens, copies, comparisons."""

import io
import json
import socket
from datetime import UTC, datetime

import pytest

from app.keys import PublicKey
from app.securing.data_integrity import verify_proofs
from app.strict_json import MalformedJson, parse
from demo.answers import Answer, Case, invalid, refused, valid
from demo.deployment import CannotStart, Deployment
from demo.screen import Screen
from demo.stranger import NothingToChange, claiming_to_be, with_member_duplicated, with_words_changed

CREDENTIAL = json.dumps(
    {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": "did:web:localhost%3A8000:issuers:wut", "name": "Warsaw University of Technology"},
        "validFrom": "2026-06-12T00:00:00Z",
        "credentialSubject": {"id": "urn:uuid:f1a2cf3c-91cf-4b0b-9ea3-3c8ae1b1d9f4"},
        "credentialStatus": {"id": "https://localhost/status#1", "type": "BitstringStatusListEntry"},
        "proof": {"type": "DataIntegrityProof"},
    }
).encode()


def test_a_taken_port_is_named_with_one_to_try_instead():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CannotStart, match=rf"Port {port} cannot be used.*\n.*make demo PORT="):
            Deployment(port).check_port()


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused_with_an_example(text):
    with pytest.raises(CannotStart, match="make demo PORT=8001"):
        Deployment.from_environment({"PORT": text})


def test_without_a_port_the_demonstration_takes_8000():
    assert Deployment.from_environment({}).port == 8000
    assert Deployment.from_environment({"PORT": ""}).public_url == "http://localhost:8000"


def test_a_file_gets_no_colour_codes():
    stream = io.StringIO()
    screen = Screen(stream)
    screen.heading("heading")
    screen.good("good")
    screen.bad("bad")
    screen.table(("a", "b"), [("longer", "x"), ("y", "")])

    assert "\x1b" not in stream.getvalue()
    assert "  longer  x\n  y\n" in stream.getvalue()


def test_a_duplicated_member_is_refused_with_its_place():
    with pytest.raises(MalformedJson) as refusal:
        parse(with_member_duplicated(CREDENTIAL, "validFrom"))

    assert [(finding.code, finding.pointer) for finding in refusal.value.findings] == [
        ("duplicate-member", "#/validFrom")
    ]


def test_a_copy_that_would_equal_the_original_is_no_demonstration():
    with pytest.raises(NothingToChange):
        with_words_changed(CREDENTIAL, "not in it", "anything")
    with pytest.raises(NothingToChange):
        with_member_duplicated(CREDENTIAL, "validUntil")


async def test_the_forged_credential_carries_a_genuine_proof_of_its_own_did_key():
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    forged = json.loads(await claiming_to_be(CREDENTIAL, created=moment))

    def resolve(method: str) -> PublicKey:
        return PublicKey.from_multikey(method.partition("#")[2])

    assert forged["issuer"]["id"].startswith("did:key:z6Mk")
    assert forged["issuer"]["name"] == "Warsaw University of Technology"
    assert "credentialStatus" not in forged
    assert [result.signature_holds for result in verify_proofs(forged, resolve, now=moment)] == [True]


def test_an_answer_is_right_only_for_its_own_reason():
    report = {"verdict": "invalid", "reason": {"check": "proof", "code": "proof-wrong"}, "checks": []}
    found = Answer.of_report(200, report)

    assert Case("altered", invalid("proof", "proof-wrong"), found).right
    assert not Case("altered", invalid("status-revocation", "revoked"), found).right
    assert not Case("altered", valid(), found).right


def test_a_valid_credential_of_ours_on_which_an_informing_check_failed_is_not_right():
    checks = [{"name": "template-rules", "result": "failed"}]
    report = {"verdict": "valid", "reason": {"check": None, "code": "valid"}, "checks": checks}

    assert Answer.of_report(200, {**report, "checks": []}) == valid()
    assert Answer.of_report(200, report) != valid()


def test_a_refusal_is_compared_by_its_place():
    problem = {"code": "malformed-json", "errors": [{"pointer": "#/validFrom", "code": "duplicate-member"}]}

    assert Answer.of_report(400, problem) == refused("#/validFrom", "duplicate-member")
    assert Answer.of_report(500, {"code": "internal-error", "errors": []}) != refused("#/validFrom", "duplicate-member")
