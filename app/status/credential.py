"""The two documents around a list: the list as a credential, and a credential's entries in the list.

Both are unsigned dictionaries in the shape of VCDM 2.0. One allocation is seen through two lists, revocation and
suspension, under the same index; revocation comes first.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.instants import write_instant
from app.status.bitstring import BitstringStatusList

_CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
"""Defines every term used here (VCDM 2.0 appendix B.1), so no other context is needed."""


class StatusPurpose(StrEnum):
    """What a set bit says (BSL section 2.2). Revocation is for ever; suspension may be lifted."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


def status_list_url(issuer_url: str, number: int, purpose: StatusPurpose) -> str:
    """Return the address of the view: ``PUBLIC_URL/issuers/SLUG`` + ``/status/NUMBER/PURPOSE``. Frozen for ever."""
    return f"{issuer_url}/status/{number}/{purpose}"


def token_twin_url(url: str) -> str:
    """Return the address of the same view as a signed token (vc+jwt). Frozen for ever."""
    return f"{url}.jwt"


def status_list_credential(
    status_list: BitstringStatusList,
    *,
    url: str,
    issuer: str,
    purpose: StatusPurpose,
    valid_from: datetime,
    valid_until: datetime,
) -> dict[str, Any]:
    """Return the unsigned ``BitstringStatusListCredential`` (BSL section 2.2).

    ``validUntil`` is always there: a verifier that is shown an old copy can tell (BSL section 6.4, replay).
    """
    if valid_until <= valid_from:
        raise ValueError("a list is valid for some time")
    return {
        "@context": [_CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": write_instant(valid_from),
        "validUntil": write_instant(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": status_list.encoded(),
        },
    }


def status_list_entries(urls: Mapping[StatusPurpose, str], index: int, *, credential_id: str) -> list[dict[str, Any]]:
    """Return ``credentialStatus`` of one credential (BSL section 2.1): one entry for each view of its place.

    ``type`` is a plain string and ``statusListIndex`` a string of digits: readers in the field accept nothing else. An
    entry is named after its credential, ``urn:uuid:U#revocation``: unique as that is, and behind all that is the same
    for every learner in the order of canonical form (:mod:`app.jsonld.mould`).
    """
    if index < 0:
        raise ValueError("an index is not negative")
    return [
        {
            "id": f"{credential_id}#{purpose.value}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose.value,
            "statusListIndex": str(index),
            "statusListCredential": urls[purpose],
        }
        for purpose in (StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION)
    ]
