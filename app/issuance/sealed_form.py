"""The credential as a sealed European Digital Credential (``edc``), made when it is first asked for.

Not while issuing: most credentials are never fetched in this form, and nothing can be lost by waiting, since the frozen
tree is stored.

1. Nothing is made of what was not issued, or where the awarding body has no seal: then the rendering stays unsealed.
   Where it has one whose key is not at hand, there is no such form for now: what was promised sealed is not given out
   bare.
2. The payload is rendered once, with the learner's own pages (``page_images``); where an earlier attempt was left
   behind, it is the one of that attempt.
3. The certificate must speak for whom the payload names as issuer, and last a week from now: a seal that is about to
   lose its certificate needs time-stamps before it does.
4. It is sealed and stored as every form that is made late (``late_form``), together with the note that it is to be
   raised above level B (``seal_evidence``).
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Final

import orjson

from app.elm.rendering import CredentialFacts, render_edc
from app.errors import Family, ServiceError
from app.issuance.issue import EDC_FORM, revision_place
from app.issuance.late_form import LateForm, issuer_of, secure_and_store
from app.issuance.office import KEYS_RETRY_SECONDS, Issuer, Office, SealingKey, sealed_place
from app.issuance.page_images import page_images, subject_of
from app.issuance.repeating import data_key_of
from app.keys import DataCipher, DataKey
from app.securing import jades
from app.status import StatusPurpose, status_list_url
from app.store import awards, secured_forms, status_lists
from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.states import CredentialState, FormState
from app.trust.seals import chain_of

LEVEL: Final = jades.Level.B.value
RAISE_SEAL: Final = "seal-raise"
"""Work: a seal is to get the evidence that it lacks (``seal_evidence``)."""
LEAST_LIFE: Final = timedelta(days=7)
"""What a certificate must still have before it when a seal is made."""


class SealUnusable(ServiceError):
    """The seal of the awarding body cannot be used for this credential; an operator has to help."""

    code: ClassVar[str] = "seal-unusable"
    title: ClassVar[str] = "The credential cannot be sealed at the moment"
    family: ClassVar[Family] = Family.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the records hold for the rendering: the tree, and the name of its place in the status lists."""

    tree: dict[str, Any]
    status_url: str


async def frozen(
    connection: Connection, office: Office, issuer: Issuer, credential: Credential, data_key: DataKey
) -> Frozen:
    """Return what the rendering is made of."""
    status_list = await status_lists.find(connection, credential.status_list_id)
    assert status_list is not None
    address = f"{office.public_url}/issuers/{issuer.body.slug}"
    place = status_list_url(address, status_list.number, StatusPurpose.REVOCATION)
    revision = await awards.find_revision(
        connection, credential.awarding_body_id, credential.award_id, credential.revision
    )
    assert revision is not None
    binding = revision_place("elm_tree", credential.award_id, credential.revision)
    tree = orjson.loads(DataCipher.open(data_key, revision.elm_tree, binding))
    # The contexts of this form have no word for a list: the place in the list of revocations is the name.
    return Frozen(tree, f"{place}#{credential.status_index}")


async def render(office: Office, issuer: Issuer, credential: Credential, held: Frozen) -> bytes:
    """Return the credential as a European Digital Credential, unsealed, with the learner's own pages.

    No transaction is open while pages are drawn.
    """
    facts = CredentialFacts(
        uuid=credential.id,
        issued=credential.created_at,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        status_url=held.status_url,
    )
    subject = await subject_of(office, issuer.body, credential, held.tree)
    return orjson.dumps(render_edc(held.tree, replace(facts, page_images=await page_images(office, subject))))


async def make_sealed_form(office: Office, credential: Credential) -> bool:
    """Make the form, unless it is there; false where there is nothing to make.

    Raises:
        Erased: the learner's data was erased.
        SealUnusable: its key is not at hand; its certificate is about to end, or speaks for another organisation than
            the credential names.
        SigningFailed, PremiseGone, DatabaseUnavailable: try again later.
    """
    # Bytes that never change must not be sealed with a key that was retired some seconds ago.
    office.forget_issuers()
    issuer = await issuer_of(office, credential)
    seal = issuer.seal
    # 1
    if credential.state is not CredentialState.ISSUED:
        return False
    if seal is None:
        if not issuer.has_seal:
            return False
        raise SealUnusable("The key of the seal is not at hand.", retry_after_seconds=KEYS_RETRY_SECONDS)
    # 2
    async with office.database.read() as connection:
        data_key = await data_key_of(connection, office, credential.awarding_body_id, credential.award_id)
        begun = await secured_forms.find(connection, credential.awarding_body_id, credential.id, EDC_FORM)
        if begun is not None and begun.state is FormState.READY:
            return True
        held = await frozen(connection, office, issuer, credential, data_key)
    if begun is None:
        payload = await render(office, issuer, credential, held)
    else:
        payload = DataCipher.open(data_key, begun.payload, sealed_place("secured_form", "payload", begun.id))
    # 3
    _check_certificate(office, seal, orjson.loads(payload))
    # 4
    late = LateForm(
        credential,
        EDC_FORM,
        LEVEL,
        jades.MEDIA_TYPE,
        payload,
        data_key,
        pending=None if begun is None else begun.id,
        afterwards=RAISE_SEAL,
    )

    async def secure() -> bytes:
        return await jades.secure(
            payload, signer=seal.signer, chain=chain_of(seal.certificate.chain), at=office.clock()
        )

    await secure_and_store(office, late, seal, secure)
    return True


def _check_certificate(office: Office, seal: SealingKey, document: dict[str, Any]) -> None:
    certificate, moment = seal.certificate, office.clock()
    if not certificate.not_before <= moment <= certificate.not_after - LEAST_LIFE:
        raise SealUnusable(
            "The certificate of the seal has ended or is about to.", retry_after_seconds=KEYS_RETRY_SECONDS
        )
    if document["issuer"]["eIDASIdentifier"]["notation"] != certificate.organization_identifier:
        raise SealUnusable(
            "The certificate of the seal speaks for another organisation than the credential names.",
            retry_after_seconds=KEYS_RETRY_SECONDS,
        )
