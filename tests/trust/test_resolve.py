import base64
import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, KeyState, PublishedKey, did_document, did_key, method_id
from app.trust.fetch import FetchReason, GuardedFetch
from app.trust.resolve import (
    KeyProblem,
    ResolutionFailed,
    ResolutionProblem,
    did_of,
    did_web_url,
    is_did,
    read_did_document,
    resolve,
    resolve_locally,
)
from tests.counterparts.hostile_host import HostileHost

KEYS = {algorithm: InProcessSigner.generate(algorithm).public_key for algorithm in Algorithm}
DID = "did:web:issuer.example"


def problem_of(function, *arguments, **named):
    with pytest.raises(ResolutionFailed) as caught:
        function(*arguments, **named)
    return caught.value.problem


def a_document(did=DID, **changes):
    document = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#key-1",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": KEYS[Algorithm.ED25519].multikey,
            }
        ],
        "assertionMethod": [f"{did}#key-1"],
    }
    return {**document, **changes}


def a_method(**changes):
    return {**a_document()["verificationMethod"][0], **changes}


class TestDidsThatCarryTheirKey:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    def test_a_did_key_is_its_own_document(self, algorithm):
        did = did_key(KEYS[algorithm])
        (method,) = resolve_locally(did).methods
        assert (method.public_key, method.controller, method.for_assertion) == (KEYS[algorithm], did, True)
        assert method.id == f"{did}#{did.removeprefix('did:key:')}"

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    def test_a_did_jwk_is_its_own_document(self, algorithm):
        did = a_did_jwk(KEYS[algorithm].jwk())
        (method,) = resolve_locally(did).methods
        assert (method.public_key, method.id, method.for_assertion) == (KEYS[algorithm], f"{did}#0", True)

    def test_a_did_jwk_with_a_private_key_is_no_did(self):
        did = a_did_jwk({**KEYS[Algorithm.P256].jwk(), "d": "AA"})
        assert problem_of(resolve_locally, did) is ResolutionProblem.MALFORMED

    @pytest.mark.parametrize(
        ("did", "problem"),
        [
            ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", ResolutionProblem.KEY_NOT_SUPPORTED),
            ("did:key:z6Mk", ResolutionProblem.KEY_NOT_SUPPORTED),
            ("did:key:uabc", ResolutionProblem.KEY_NOT_SUPPORTED),
            ("did:jwk:e30", ResolutionProblem.KEY_NOT_SUPPORTED),
            ("did:jwk:W10", ResolutionProblem.MALFORMED),
            ("did:jwk:e31", ResolutionProblem.MALFORMED),
            ("did:jwk:eyJhIjoxLCJhIjoyfQ", ResolutionProblem.MALFORMED),
            ("did:jwk:e.e", ResolutionProblem.MALFORMED),
            ("did:ebsi:zabc", ResolutionProblem.METHOD_NOT_SUPPORTED),
            ("did:key:z6Mk#z6Mk", ResolutionProblem.NOT_A_DID),
            ("https://issuer.example/", ResolutionProblem.NOT_A_DID),
            ("", ResolutionProblem.NOT_A_DID),
        ],
    )
    def test_anything_else_has_a_reason(self, did, problem):
        assert problem_of(resolve_locally, did) is problem

    @given(st.text(max_size=60))
    def test_no_text_whatever_brings_another_exception(self, text):
        for did in (text, f"did:key:{text}", f"did:jwk:{text}", f"did:key:z{text}"):
            with pytest.raises(ResolutionFailed):
                resolve_locally(did)


class TestWhereADidWebStands:
    @pytest.mark.parametrize(
        ("did", "url"),
        [
            ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
            ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
            ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
            ("did:web:example.com%3a3000:user:alice", "https://example.com:3000/user/alice/did.json"),
            ("did:web:EXAMPLE.com", "https://example.com/.well-known/did.json"),
            ("did:web:localhost:issuers:tu-berlin", "https://localhost/issuers/tu-berlin/did.json"),
        ],
    )
    def test_the_method_specification_gives_the_url(self, did, url):
        assert did_web_url(did) == url

    @pytest.mark.parametrize(
        "did",
        [
            "did:web:127.0.0.1",
            "did:web:2130706433",
            "did:web:0x7f000001",
            "did:web:127.1",
            "did:web:%5B%3A%3A1%5D",
            "did:web:example.com%2Fevil",
            "did:web:example.com%40evil.example",
            "did:web:name%40example.com",
            "did:web:example.com%3A",
            "did:web:example.com%3A0",
            "did:web:example.com%3A99999",
            "did:web:example.com%3A80%3A80",
            "did:web:example.com:..:secret",
            "did:web:example.com:%2E%2E:secret",
            "did:web:example.com:a%2Fb",
            "did:web:example.com:a%3Fb",
            "did:web:example.com:a%23b",
            "did:web:example.com:a%0Ab",
            "did:web:example.com::b",
            "did:web:-example.com",
            "did:web:exa_mple.com",
            "did:web:",
            "did:key:z6Mk",
        ],
    )
    def test_what_could_mean_another_url_means_none(self, did):
        assert problem_of(did_web_url, did) is ResolutionProblem.MALFORMED

    def test_http_is_for_exactly_the_named_hosts(self):
        hosts = {("localhost", 8000)}
        assert did_web_url("did:web:localhost%3A8000:a", http_hosts=hosts) == "http://localhost:8000/a/did.json"
        assert did_web_url("did:web:localhost%3A8001:a", http_hosts=hosts) == "https://localhost:8001/a/did.json"

    @pytest.mark.parametrize("url", [f"{DID}#key-1", f"{DID}/path#key-1", f"{DID}?versionId=1#key-1", DID])
    def test_the_did_of_a_did_url_is_what_stands_before_the_rest(self, url):
        assert did_of(url) == DID

    def test_a_did_url_is_not_a_did(self):
        assert is_did(DID)
        assert not is_did(f"{DID}#key-1")
        assert not is_did("did:web:issuer.example:")


class TestReadingADocument:
    def test_our_own_documents_read_back(self):
        published = [
            PublishedKey("p256-2026-1", KEYS[Algorithm.P256], KeyState.ACTIVE),
            PublishedKey("ed25519-2026-1", KEYS[Algorithm.ED25519], KeyState.RETIRED),
        ]
        methods = read_did_document(DID, json.loads(did_document(DID, published)))
        read = {method.id: method for method in methods}
        assert read[method_id(DID, "p256-2026-1")].public_key == KEYS[Algorithm.P256]
        assert read[method_id(DID, "p256-2026-1-jwk")].public_key == KEYS[Algorithm.P256]
        assert all(method.for_assertion and method.controller == DID for method in methods)

    def test_relative_ids_and_embedded_methods_are_understood(self):
        embedded = a_method(id="#key-2")
        methods = read_did_document(
            DID, a_document(verificationMethod=[a_method(id="#key-1")], assertionMethod=["#key-1", embedded])
        )
        assert [(method.id, method.for_assertion) for method in methods] == [
            (f"{DID}#key-1", True),
            (f"{DID}#key-2", True),
        ]

    def test_a_method_outside_assertion_method_is_not_for_assertion(self):
        (method,) = read_did_document(DID, a_document(assertionMethod=[], authentication=[f"{DID}#key-1"]))
        assert not method.for_assertion

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_a_date_that_no_other_zone_has_counts_as_ended_and_can_be_told(self, moment):
        (method,) = read_did_document(DID, a_document(verificationMethod=[a_method(revoked=moment, expires=moment)]))
        for ended in (method.revoked_at, method.expires_at):
            assert ended.astimezone(UTC).date().isoformat() == "0001-01-01"

    def test_revoked_and_expired_are_read_and_an_unreadable_date_counts_as_ended(self):
        for name, attribute in (("revoked", "revoked_at"), ("expires", "expires_at")):
            (method,) = read_did_document(
                DID, a_document(verificationMethod=[a_method(**{name: "2026-01-02T03:04:05Z"})])
            )
            assert getattr(method, attribute).isoformat() == "2026-01-02T03:04:05+00:00"
            (method,) = read_did_document(DID, a_document(verificationMethod=[a_method(**{name: "soon"})]))
            assert getattr(method, attribute).year == 1

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"type": "RsaVerificationKey2018"}, KeyProblem.TYPE_NOT_SUPPORTED),
            ({"publicKeyMultibase": "z6Mk"}, KeyProblem.MATERIAL_MALFORMED),
            ({"publicKeyMultibase": 7}, KeyProblem.MATERIAL_MALFORMED),
            ({"publicKeyJwk": {}}, KeyProblem.MATERIAL_MALFORMED),
            ({"type": "JsonWebKey"}, KeyProblem.MATERIAL_MALFORMED),
            ({"secretKeyMultibase": "z"}, KeyProblem.PRIVATE_KEY_PUBLISHED),
            ({"publicKeyJwk": {"d": "x"}}, KeyProblem.PRIVATE_KEY_PUBLISHED),
        ],
    )
    def test_a_method_without_a_usable_key_says_why(self, changes, problem):
        (method,) = read_did_document(DID, a_document(verificationMethod=[a_method(**changes)]))
        assert (method.public_key, method.problem) == (None, problem)

    @pytest.mark.parametrize(
        "document",
        [
            [],
            a_document(verificationMethod={}),
            a_document(verificationMethod=["x"]),
            a_document(verificationMethod=[a_method(id=None)]),
            a_document(verificationMethod=[a_method(controller=None)]),
            a_document(verificationMethod=[a_method(controller=["a"])]),
            a_document(verificationMethod=[a_method(), a_method()]),
            a_document(verificationMethod=[a_method(id=f"#{n}") for n in range(101)]),
            a_document(assertionMethod="x"),
        ],
    )
    def test_a_document_of_another_form_is_malformed(self, document):
        assert problem_of(read_did_document, DID, document) is ResolutionProblem.DOCUMENT_MALFORMED


class TestAskingAHost:
    @pytest.fixture
    async def host(self):
        async with HostileHost() as host:
            yield host

    @pytest.fixture
    async def ask(self, host):
        fetch = GuardedFetch(exceptions=[host.exception], total_seconds=0.5)

        async def ask(did):
            return await resolve(did, fetch=fetch, http_hosts={host.exception})

        yield ask
        await fetch.aclose()

    async def failure(self, ask, did):
        with pytest.raises(ResolutionFailed) as caught:
            await ask(did)
        return caught.value.problem, caught.value.fetch_reason

    async def test_a_document_that_is_there_is_read_and_its_digest_noted(self, host, ask):
        did = host.did("issuers", "abc")
        host.serve("/issuers/abc/did.json", a_document(did))
        document = await ask(did)
        assert document.method(f"{did}#key-1").public_key == KEYS[Algorithm.ED25519]
        assert len(document.sha256) == 64
        assert document.url == f"{host.origin}/issuers/abc/did.json"

    async def test_a_document_of_another_did_is_refused(self, host, ask):
        host.serve("/issuers/abc/did.json", a_document("did:web:tu.berlin"))
        assert await self.failure(ask, host.did("issuers", "abc")) == (ResolutionProblem.ID_DIFFERS, None)

    @pytest.mark.parametrize("content", [b"<html>", b'{"id":1,"id":2}', b"\xff", b"[" * 40, b""])
    async def test_what_is_not_one_json_document_is_refused(self, host, ask, content):
        host.serve("/.well-known/did.json", content)
        assert await self.failure(ask, host.did()) == (ResolutionProblem.NOT_JSON, None)

    async def test_a_document_beyond_64_kib_is_refused(self, host, ask):
        host.serve("/.well-known/did.json", b" " * (64 * 1024 + 1))
        assert await self.failure(ask, host.did()) == (ResolutionProblem.NO_ANSWER, FetchReason.TOO_LARGE)

    async def test_a_redirect_to_the_right_document_is_still_refused(self, host, ask):
        host.redirect("/.well-known/did.json", f"{host.origin}/right")
        host.serve("/right", a_document(host.did()))
        assert await self.failure(ask, host.did()) == (ResolutionProblem.NO_ANSWER, FetchReason.REDIRECTED)


def a_did_jwk(jwk):
    return "did:jwk:" + base64.urlsafe_b64encode(json.dumps(jwk).encode()).rstrip(b"=").decode()
