"""The credential in a token (``vcdm2-jwt``): the stored document once more, secured with JOSE when first asked for.

It says what the form with proofs says, member by member: same number, same dates, same place in the status lists. Only
``credentialStatus`` names the lists' twins, which are tokens themselves: readers of tokens know no other proofs.

Made at the first download and not while issuing: most credentials are never fetched in this form, issuing is the hot
path, and nothing can be lost by waiting, since the document is stored. Whoever asks at the same moment gets the same
bytes.

1. The document comes from storage: from the form itself where an earlier attempt was left behind, else from the form
   with proofs, which must be there. Nothing is made of what was never issued.
2. It is brought into canonical form, which refuses what would mean nothing under a signature.
3. It is signed and stored as every form that is made late (``late_form``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.issuance.issue import VCDM2_FORM, VCDM2_JWT_FORM
from app.issuance.late_form import LateForm, issuer_of, secure_and_store
from app.issuance.office import Issuer, Office
from app.issuance.payloads import payload_of
from app.issuance.repeating import data_key_of
from app.jsonld import canonicalize
from app.keys import DataKey
from app.securing import vc_jose
from app.status import StatusPurpose, status_list_entries, status_list_url, token_twin_url
from app.store import secured_forms, status_lists
from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.states import FormState


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be signed. ``pending`` is the row that an earlier attempt left behind."""

    document: Mapping[str, Any]
    data_key: DataKey
    pending: UUID | None


async def make_token_form(office: Office, credential: Credential) -> None:
    """Make the form, unless it is there or the credential is not issued yet.

    Raises:
        Erased: the learner's data was erased.
        SigningKeysMissing, SigningFailed, PremiseGone, DatabaseUnavailable: try again later.
    """
    # Not the keys of some seconds ago: bytes that never change must not be signed with one that was revoked since.
    office.forget_issuers()
    issuer = await issuer_of(office, credential)
    # 1
    async with office.database.read() as connection:
        work = await _work(connection, office, issuer, credential)
    if work is None:
        return
    # 2
    canonicalize(work.document)
    key, key_id = issuer.token_key()
    # 3
    late = LateForm(
        credential,
        VCDM2_JWT_FORM,
        "",
        vc_jose.MEDIA_TYPE,
        orjson.dumps(work.document),
        work.data_key,
        work.pending,
    )

    async def secure() -> bytes:
        return await vc_jose.secure(work.document, signer=key.signer, key_id=key_id)

    await secure_and_store(office, late, key, secure)


async def _work(connection: Connection, office: Office, issuer: Issuer, credential: Credential) -> _Work | None:
    body = credential.awarding_body_id
    begun = await secured_forms.find(connection, body, credential.id, VCDM2_JWT_FORM)
    issued = await secured_forms.find(connection, body, credential.id, VCDM2_FORM)
    if issued is None or issued.state is not FormState.READY:
        return None
    if begun is not None and begun.state is FormState.READY:
        return None
    source = begun or issued
    data_key = await data_key_of(connection, office, body, credential.award_id)
    document = orjson.loads(payload_of(source, data_key))
    if begun is not None:
        return _Work(document, data_key, begun.id)
    status_list = await status_lists.find(connection, credential.status_list_id)
    assert status_list is not None
    address = f"{office.public_url}/issuers/{issuer.body.slug}"
    twins = {
        purpose: token_twin_url(status_list_url(address, status_list.number, purpose)) for purpose in StatusPurpose
    }
    entries = status_list_entries(twins, credential.status_index, credential_id=document["id"])
    return _Work({**document, "credentialStatus": entries}, data_key, None)
