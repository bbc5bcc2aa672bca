"""The credential in a token (``vcdm2-jwt``): the stored document once more, secured with JOSE when first asked for.

It says what the form with proofs says, member by member: same number, same dates, same place in the status lists. Only
``credentialStatus`` names the lists' twins, which are tokens themselves: readers of tokens know no other proofs.

Made at the first download and not while issuing: most credentials are never fetched in this form, issuing is the hot
path, and nothing can be lost by waiting, since the document is stored. Once made it is a row of its own, with its key
on record, and its bytes never change; whoever asks at the same moment gets the same bytes.

1. The document comes from storage: from the form itself where an earlier attempt was left behind, else from the form
   with proofs, which must be there. Nothing is made of what was never issued.
2. It is brought into canonical form, which refuses what would mean nothing under a signature.
3. With a signer in this process it is signed and stored as ready in one transaction. With any other the exact bytes to
   be signed are stored first; no transaction is open while a slow signer works.
4. Whoever stored first wins; later bytes are dropped.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson

from app.issuance.issue import VCDM2_FORM, VCDM2_JWT_FORM
from app.issuance.office import Issuer, IssuingKey, Office, sealed_place
from app.issuance.repeating import data_key_of
from app.jsonld import canonicalize
from app.keys import DataCipher, DataKey
from app.securing import vc_jose
from app.status import StatusPurpose, status_list_entries, status_list_url, token_twin_url
from app.store import events, secured_forms, status_lists
from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.failures import AlreadyThere
from app.store.secured_forms import SecuredForm
from app.store.states import FormState
from app.strict_json import canonical


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
    issuer = next(item for item in (await office.all_issuers()).values() if item.issuer_id == credential.issuer_id)
    # 1
    async with office.database.read() as connection:
        work = await _work(connection, office, issuer, credential)
    if work is None:
        return
    # 2
    canonicalize(work.document)
    key, key_id = issuer.token_key()
    # 3
    try:
        if work.pending is None and not key.signer.in_process:
            work = await _prepare(office, credential, work)
        content = await vc_jose.secure(work.document, signer=key.signer, key_id=key_id)
        await _store(office, credential, work, content, key)
    except AlreadyThere:
        # 4
        return


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
    document = orjson.loads(
        DataCipher.open(data_key, source.payload, sealed_place("secured_form", "payload", source.id))
    )
    if begun is not None:
        return _Work(document, data_key, begun.id)
    status_list = await status_lists.find(connection, credential.status_list_id)
    assert status_list is not None
    address = f"{office.public_url}/issuers/{issuer.body.slug}"
    twins = {
        purpose: token_twin_url(status_list_url(address, status_list.number, purpose)) for purpose in StatusPurpose
    }
    return _Work({**document, "credentialStatus": status_list_entries(twins, credential.status_index)}, data_key, None)


async def _prepare(office: Office, credential: Credential, work: _Work) -> _Work:
    """Store what a slow signer is about to sign.

    Raises:
        AlreadyThere: somebody is at it, or done.
    """
    row = _row(office, credential, work, None)
    async with office.database.transaction() as connection:
        await secured_forms.add(connection, row)
    return _Work(work.document, work.data_key, row.id)


async def _store(office: Office, credential: Credential, work: _Work, content: bytes, key: IssuingKey) -> None:
    """Store the signed bytes and note the use of the key.

    Raises:
        AlreadyThere: somebody was first.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        if work.pending is None:
            await secured_forms.add(connection, _row(office, credential, work, content), signed_with=[key.key_id])
        elif not await secured_forms.complete(
            connection,
            work.pending,
            content=_sealed(work, "content", content, work.pending),
            sha256=hashlib.sha256(content).digest(),
            signed_with=[key.key_id],
            signed_at=moment,
        ):
            return
        await events.append(
            connection,
            events.Event(
                awarding_body_id=credential.awarding_body_id,
                at=moment,
                actor="service",
                kind="form-secured",
                subject=str(credential.award_id),
                body=canonical({"credential": str(credential.id), "form": VCDM2_JWT_FORM}),
            ),
        )


def _row(office: Office, credential: Credential, work: _Work, content: bytes | None) -> SecuredForm:
    moment, form_id = office.clock(), uuid4()
    return SecuredForm(
        id=form_id,
        awarding_body_id=credential.awarding_body_id,
        award_id=credential.award_id,
        credential_id=credential.id,
        form=VCDM2_JWT_FORM,
        level="",
        payload=_sealed(work, "payload", orjson.dumps(work.document), form_id),
        content=None if content is None else _sealed(work, "content", content, form_id),
        media_type=vc_jose.MEDIA_TYPE,
        sha256=None if content is None else hashlib.sha256(content).digest(),
        signed_at=None if content is None else moment,
        state=FormState.PENDING if content is None else FormState.READY,
        created_at=moment,
    )


def _sealed(work: _Work, column: str, data: bytes, form_id: UUID) -> bytes:
    return DataCipher.seal(work.data_key, data, sealed_place("secured_form", column, form_id))
