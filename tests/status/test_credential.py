"""The list as a credential and the entries of a credential: BSL sections 2.1 and 2.2."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.status import (
    BitstringStatusList,
    StatusPurpose,
    parse_status_index,
    status_list_credential,
    status_list_entries,
    status_list_url,
)

ISSUER = "https://credentials.example/issuers/upv"
FROM = datetime(2026, 11, 23, 12, 0, 0, 987, tzinfo=UTC)


def urls(number: int = 1) -> dict[StatusPurpose, str]:
    return {purpose: status_list_url(ISSUER, number, purpose) for purpose in StatusPurpose}


def a_list(**override):
    facts = {
        "url": urls()[StatusPurpose.REVOCATION],
        "issuer": "did:web:credentials.example:issuers:upv",
        "purpose": StatusPurpose.REVOCATION,
        "valid_from": FROM,
        "valid_until": FROM + timedelta(days=1),
    } | override
    return status_list_credential(BitstringStatusList(raised=[5]), **facts)


def test_the_list_is_a_credential_about_itself():
    encoded = BitstringStatusList(raised=[5]).encoded()
    assert a_list() == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://credentials.example/issuers/upv/status/1/revocation",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:credentials.example:issuers:upv",
        "validFrom": "2026-11-23T12:00:00Z",
        "validUntil": "2026-11-24T12:00:00Z",
        "credentialSubject": {
            "id": "https://credentials.example/issuers/upv/status/1/revocation#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }


def test_a_credential_has_one_place_seen_through_two_lists_revocation_first():
    revocation, suspension = status_list_entries(urls(7), 42, credential_id="urn:uuid:6f1d3a52")
    assert revocation == {
        "id": "urn:uuid:6f1d3a52#revocation",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "42",
        "statusListCredential": "https://credentials.example/issuers/upv/status/7/revocation",
    }
    assert (suspension["id"], suspension["statusPurpose"]) == ("urn:uuid:6f1d3a52#suspension", "suspension")
    assert suspension["statusListCredential"].endswith("/status/7/suspension")
    assert parse_status_index(suspension["statusListIndex"]) == 42


def test_times_are_written_in_utc():
    local = FROM.astimezone(timezone(timedelta(hours=5)))
    assert a_list(valid_from=local)["validFrom"] == "2026-11-23T12:00:00Z"


def test_time_without_a_zone_is_refused():
    naive = FROM.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        a_list(valid_from=naive, valid_until=naive + timedelta(days=1))


def test_a_list_that_is_never_valid_is_refused():
    with pytest.raises(ValueError, match="for some time"):
        a_list(valid_until=FROM)


def test_a_negative_index_is_refused():
    with pytest.raises(ValueError, match="negative"):
        status_list_entries(urls(), -1, credential_id="urn:uuid:6f1d3a52")
