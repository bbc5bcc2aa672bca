"""Status list arithmetic: which place a credential gets, what the list says, and how the list is written down.

Promises: pure functions and values. Time, keys and identifiers come in as arguments; the same arguments give the same
bytes. Reading a stranger's list is bounded in memory and refuses what it does not understand.

Never: signs, stores, fetches, asks the clock, or decides a verdict (a set bit is a fact, not a judgement).

Standards: W3C Bitstring Status List v1.0 (Recommendation, 15 May 2025), cited as BSL; Token Status List
(draft-ietf-oauth-status-list-20), cited as TSL.

Public names: :class:`~app.status.bitstring.BitstringStatusList`, :func:`~app.status.bitstring.parse_status_index`,
:class:`~app.status.permutation.KeyedPermutation`, :class:`~app.status.credential.StatusPurpose`,
:func:`~app.status.credential.status_list_url`, :func:`~app.status.credential.token_twin_url`,
:func:`~app.status.credential.status_list_credential`, :func:`~app.status.credential.status_list_entries`,
:class:`~app.status.token_status_list.TokenStatusList` and what goes with it.
"""

from app.status.bitstring import (
    LIST_ENTRIES,
    BitstringStatusList,
    StatusIndexMalformed,
    StatusIndexOutOfRange,
    StatusListMalformed,
    StatusListTooShort,
    parse_status_index,
)
from app.status.credential import (
    StatusPurpose,
    status_list_credential,
    status_list_entries,
    status_list_url,
    token_twin_url,
)
from app.status.permutation import KeyedPermutation
from app.status.token_status_list import (
    TokenStatus,
    TokenStatusList,
    status_claim,
    status_list_claims,
    status_list_token_url,
)

__all__ = [
    "LIST_ENTRIES",
    "BitstringStatusList",
    "KeyedPermutation",
    "StatusIndexMalformed",
    "StatusIndexOutOfRange",
    "StatusListMalformed",
    "StatusListTooShort",
    "StatusPurpose",
    "TokenStatus",
    "TokenStatusList",
    "parse_status_index",
    "status_claim",
    "status_list_claims",
    "status_list_credential",
    "status_list_entries",
    "status_list_token_url",
    "status_list_url",
    "token_twin_url",
]
