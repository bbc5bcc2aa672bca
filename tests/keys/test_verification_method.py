import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.keys import (
    Algorithm,
    InProcessSigner,
    KeyState,
    PublicKey,
    PublishedKey,
    did_document,
    did_key,
    did_key_method_id,
    did_web,
    fragment_name,
)

DID = "did:web:localhost%3A8000:issuers:tu-berlin"
ED25519 = PublicKey.from_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
P256 = PublicKey.from_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")
REVOKED_AT = datetime(2026, 11, 23, 12, 30, 15, tzinfo=timezone(timedelta(hours=1)))


def test_the_document_of_two_active_keys_is_exactly_this():
    document = did_document(
        DID,
        [
            PublishedKey("p256-2026-1", P256, KeyState.ACTIVE),
            PublishedKey("ed25519-2026-1", ED25519, KeyState.ACTIVE),
        ],
    )

    assert json.loads(document) == {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": DID,
        "verificationMethod": [
            {
                "id": f"{DID}#ed25519-2026-1",
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": ED25519.multikey,
            },
            {
                "id": f"{DID}#p256-2026-1",
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": P256.multikey,
            },
            {
                "id": f"{DID}#p256-2026-1-jwk",
                "type": "JsonWebKey",
                "controller": DID,
                "publicKeyJwk": {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": P256.jwk()["x"],
                    "y": P256.jwk()["y"],
                },
            },
        ],
        "assertionMethod": [f"{DID}#ed25519-2026-1", f"{DID}#p256-2026-1", f"{DID}#p256-2026-1-jwk"],
    }
    assert list(json.loads(document)) == ["@context", "id", "verificationMethod", "assertionMethod"]


@pytest.mark.parametrize("state", [KeyState.PRE_PUBLISHED, KeyState.ACTIVE, KeyState.RETIRED], ids=str)
def test_a_key_that_was_never_revoked_may_assert_whatever_its_state(state):
    document = json.loads(did_document(DID, [PublishedKey("ed25519-2026-1", ED25519, state)]))

    assert document["assertionMethod"] == [f"{DID}#ed25519-2026-1"]
    assert "revoked" not in document["verificationMethod"][0]


def test_a_revoked_key_stays_to_be_recognised_and_asserts_nothing():
    document = json.loads(
        did_document(DID, [PublishedKey("p256-2026-1", P256, KeyState.REVOKED, revoked_since=REVOKED_AT)])
    )

    assert document["assertionMethod"] == []
    assert [method["revoked"] for method in document["verificationMethod"]] == ["2026-11-23T11:30:15Z"] * 2


@pytest.mark.parametrize(("state", "revoked_at"), [(KeyState.ACTIVE, REVOKED_AT), (KeyState.REVOKED, None)])
def test_a_time_of_revocation_belongs_to_revoked_keys_only(state, revoked_at):
    with pytest.raises(ValueError, match="revoked"):
        PublishedKey("k", ED25519, state, revoked_at)


def test_a_time_of_revocation_without_zone_is_refused():
    key = PublishedKey("k", ED25519, KeyState.REVOKED, datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused here

    with pytest.raises(ValueError, match="time zone"):
        did_document(DID, [key])


def test_equal_keys_give_equal_bytes_in_any_order():
    keys = [
        PublishedKey(f"key-{number}", InProcessSigner.generate(Algorithm.P256).public_key, KeyState.ACTIVE)
        for number in range(5)
    ]

    assert did_document(DID, keys) == did_document(DID, reversed(keys))


def test_every_identifier_is_absolute_and_belongs_to_the_did():
    document = json.loads(did_document(DID, [PublishedKey("p256-2026-1", P256, KeyState.ACTIVE)]))

    for method in document["verificationMethod"]:
        assert method["id"].startswith(f"{DID}#")
        assert method["controller"] == DID
    assert set(document["assertionMethod"]) <= {method["id"] for method in document["verificationMethod"]}


def test_other_names_are_told_when_there_are_any():
    assert "alsoKnownAs" not in json.loads(did_document(DID, []))
    assert json.loads(did_document(DID, [], also_known_as=["https://tu.example"]))["alsoKnownAs"] == [
        "https://tu.example"
    ]


def test_two_keys_of_one_name_are_refused():
    for names in (("k", "k"), ("k", "k-jwk")):
        keys = [
            PublishedKey(names[0], P256, KeyState.ACTIVE),
            PublishedKey(names[1], ED25519, KeyState.ACTIVE),
        ]
        with pytest.raises(ValueError, match="same name"):
            did_document(DID, keys)


@pytest.mark.parametrize(
    ("url", "path", "did"),
    [
        ("http://localhost:8000", ("issuers", "tu-berlin"), "did:web:localhost%3A8000:issuers:tu-berlin"),
        ("http://localhost:8000", (), "did:web:localhost%3A8000"),
        ("https://credentials.example.edu", ("issuers", "ntnu"), "did:web:credentials.example.edu:issuers:ntnu"),
        ("https://Credentials.Example.EDU:443/", (), "did:web:credentials.example.edu"),
        ("https://example.edu:8443/base", ("x",), "did:web:example.edu%3A8443:base:x"),
    ],
)
def test_a_did_follows_from_the_public_url(url, path, did):
    assert did_web(url, *path) == did


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "https://[::1]:8000",
        "https://user@example.edu",
        "https://example.edu?x=1",
        "https://example.edu#x",
        "ftp://example.edu",
        "example.edu",
        "https://",
        "https://münchen.example",
    ],
)
def test_a_url_that_did_web_cannot_express_is_refused(url):
    with pytest.raises(ValueError, match=r"did:web|ASCII"):
        did_web(url)


def test_a_did_key_is_its_key():
    assert did_key(ED25519) == "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert did_key_method_id(P256) == (
        "did:key:zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP#zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"
    )


def test_a_fragment_says_algorithm_year_and_number():
    assert [fragment_name(algorithm, datetime(2026, 1, 1, tzinfo=UTC).year, 1) for algorithm in Algorithm] == [
        "ed25519-2026-1",
        "p256-2026-1",
        "p384-2026-1",
    ]
