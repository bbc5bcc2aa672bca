"""Copies of an award for wallets: each with its own identifier and its own place in the status lists.

A copy says what the award says, because it is rendered from the frozen tree of the award's revision. To whom it is
bound is the only other thing that it says: a bound copy of the form with proofs names the holder's key as
``credentialSubject.id``, whatever the tree called the person.

A change of the award's status reaches every copy; a lost phone only its own (``change_status``).

1. :func:`draft_copies`: take a place, render, look at the document as a stranger would. Nothing is signed or stored.
2. With a signer in this process the caller signs (:func:`sign_copies`) and stores copies and delivery in one
   transaction (:func:`store_copies`): bytes leave only after it.
3. With any other, or when nothing can be signed now, the caller stores the exact payload first, as *prepared* with a
   lease, and completes it (:func:`complete_copies`) when it is signed. What is left prepared is finished by
   :func:`finish_copies`, the same payload, once its lease ran out.

A form is one entry in :data:`FORMS`: what is signed, by which key, and how.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from app.elm.rendering import CredentialFacts, render_vcdm2
from app.errors import Finding, ServiceError
from app.eudi import TYPES, ClaimsMissing, CredentialType, Said
from app.issuance import sd_jwt_form
from app.issuance.issue import VCDM2_FORM, VCDM2_MEDIA_TYPE, revision_place
from app.issuance.late_form import issuer_of
from app.issuance.moulds import OUR_CONTEXT, Unsigned
from app.issuance.office import Issuer, IssuingKey, Office, SigningKeysMissing, sealed_place
from app.issuance.prepare import refuse_unfit
from app.issuance.repeating import LEASE, Erased, data_key_of
from app.keys import Algorithm, DataCipher, DataKey, learner_key
from app.securing import sd_jwt
from app.securing.key_proof import HolderKey
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.store import awards, credentials, events, issuing, secured_forms
from app.store.connection import Connection
from app.store.credentials import Credential, CredentialEntry
from app.store.secured_forms import SecuredForm
from app.store.states import Audience, CredentialState, FormState
from app.store.status_lists import StatusPlace
from app.strict_json import canonical


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What a form is made of: the award as it was said, and what belongs to this copy alone."""

    issuer: Issuer
    issuer_address: str
    tree: Mapping[str, Any]
    certificate_number: str
    copy_id: UUID
    issued: datetime
    valid_from: datetime
    valid_until: datetime | None
    place: StatusPlace
    holder: HolderKey | None


@dataclass(frozen=True, slots=True)
class WalletForm:
    """A form in which a copy is secured. ``name`` and ``media_type`` are those of the stored form."""

    name: str
    media_type: str
    algorithm: Algorithm
    """Of the key that signs it."""
    payload: Callable[[CopyFacts], bytes]
    """Makes what is to be signed; refuses what must not be."""
    secure: Callable[[bytes, IssuingKey, datetime], Awaitable[bytes]]
    """Signs a payload, and checks the result with the public key."""
    algorithms: Sequence[str]
    """What metadata announce of it: cryptosuites, or algorithms of JOSE (OpenID4VCI 1.0 appendix A)."""
    is_token: bool = False
    """Whether the result is a text in a wallet's JSON, and no JSON object itself."""
    lacks: Callable[[Said], Sequence[Finding]] | None = None
    """Finds what the award does not state and the form cannot do without; none for a form that takes any award."""


@dataclass(frozen=True, slots=True)
class DraftedCopy:
    """A copy that is complete but for its signature."""

    form: WalletForm
    credential: Credential
    data_key: DataKey
    payload: bytes


# --- The form with proofs in the document


def _document(facts: CopyFacts) -> bytes:
    urls = {purpose: status_list_url(facts.issuer_address, facts.place.number, purpose) for purpose in StatusPurpose}
    document = render_vcdm2(
        facts.tree,
        CredentialFacts(
            uuid=facts.copy_id,
            issued=facts.issued,
            valid_from=facts.valid_from,
            valid_until=facts.valid_until,
            status_entries=status_list_entries(urls, facts.place.index, credential_id=f"urn:uuid:{facts.copy_id}"),
            related_resources=OUR_CONTEXT,
        ),
    )
    if facts.holder is not None:
        # Nothing else in a tree refers to the person: it is the root of what is said.
        document["credentialSubject"] = {**document["credentialSubject"], "id": facts.holder.did}
    refuse_unfit(document)
    return orjson.dumps(document)


async def _with_proof(payload: bytes, key: IssuingKey, created: datetime) -> bytes:
    return await Unsigned.stored(payload).signed([(key.signer, key.verification_method)], created)


LDP_VC: Final = WalletForm(
    VCDM2_FORM, VCDM2_MEDIA_TYPE, Algorithm.ED25519, _document, _with_proof, ("eddsa-rdfc-2022",)
)
"""One proof, eddsa-rdfc-2022: what most wallets check. The public copy carries both suites."""

# --- The forms with selective disclosure, one for each type


def _sd_jwt_form(credential_type: CredentialType) -> WalletForm:
    def facts_of(facts: CopyFacts) -> CredentialFacts:
        return CredentialFacts(
            uuid=facts.copy_id, issued=facts.issued, valid_from=facts.valid_from, valid_until=facts.valid_until
        )

    def claims(facts: CopyFacts) -> bytes:
        holder = None if facts.holder is None else facts.holder.key
        return sd_jwt_form.unsigned_claims(
            credential_type, facts.tree, facts.issuer, facts.issuer_address, facts_of(facts), facts.place, holder
        )

    return WalletForm(
        sd_jwt_form.FORM_NAMES[credential_type.vct],
        sd_jwt.MEDIA_TYPE,
        Algorithm.P256,
        claims,
        sd_jwt_form.with_disclosures,
        ("ES256",),
        is_token=True,
        lacks=partial(sd_jwt_form.lacking, credential_type),
    )


SD_JWT_FORMS: Final[Mapping[str, WalletForm]] = MappingProxyType({vct: _sd_jwt_form(one) for vct, one in TYPES.items()})
"""By ``vct``; ES256, which every wallet can check."""

FORMS: Final[Mapping[str, WalletForm]] = MappingProxyType(
    {form.name: form for form in (LDP_VC, *SD_JWT_FORMS.values())}
)


# --- Drafting and signing


async def lacking(
    connection: Connection, office: Office, issuer: Issuer, entry: CredentialEntry, forms: Sequence[WalletForm]
) -> Mapping[str, Sequence[Finding]]:
    """Return by name the forms in which the award of ``entry`` cannot be had, with what it lacks for each.

    Raises:
        Erased: the learner's data was erased.
    """
    public = entry.credential
    asking = [(form, form.lacks) for form in forms if form.lacks is not None]
    if not asking:
        return {}
    data_key = await data_key_of(connection, office, public.awarding_body_id, public.award_id)
    # Read once for all forms: it is most of what an offer costs.
    said = _said(await _tree_of(connection, public, data_key), issuer, public, office.clock())
    return {form.name: findings for form, lacks in asking if (findings := lacks(said))}


def _said(tree: Mapping[str, Any], issuer: Issuer, public: Credential, moment: datetime) -> Said:
    facts = CredentialFacts(uuid=public.id, issued=moment, valid_from=public.valid_from, valid_until=public.valid_until)
    return sd_jwt_form.said_in(tree, issuer.body, facts)


async def _tree_of(connection: Connection, public: Credential, data_key: DataKey) -> Mapping[str, Any]:
    """Return the frozen tree of the award revision that ``public`` is a copy of."""
    said = await awards.find_revision(connection, public.awarding_body_id, public.award_id, public.revision)
    assert said is not None
    place = revision_place("elm_tree", public.award_id, public.revision)
    tree: Mapping[str, Any] = orjson.loads(DataCipher.open(data_key, said.elm_tree, place))
    return tree


async def draft_copies(
    office: Office,
    issuer: Issuer,
    entry: CredentialEntry,
    form: WalletForm,
    holders: Sequence[HolderKey | None],
) -> list[DraftedCopy]:
    """Draft one copy for each of ``holders`` of the award revision that ``entry`` is the public copy of.

    Raises:
        Erased: the learner's data was erased.
        ClaimsMissing: the award does not state what the form cannot do without.
        DocumentUnfit, UnsafeDocument: a defect of ours, found before anything is signed.
    """
    public = entry.credential
    async with office.database.read() as connection:
        data_key = await data_key_of(connection, office, public.awarding_body_id, public.award_id)
        tree = await _tree_of(connection, public, data_key)
    moment = office.clock()
    if form.lacks is not None and (findings := form.lacks(_said(tree, issuer, public, moment))):
        # Before places are taken, which do not come back.
        raise ClaimsMissing(findings=findings)
    drafted = []
    for holder in holders:
        place = await office.status_places.take(awarding_body_id=issuer.awarding_body_id, issuer_id=issuer.issuer_id)
        credential = Credential(
            id=uuid4(),
            awarding_body_id=public.awarding_body_id,
            award_id=public.award_id,
            revision=public.revision,
            issuer_id=issuer.issuer_id,
            audience=Audience.WALLET,
            # A pseudonym: the same key is recognised, and nobody reads it back.
            holder=None if holder is None else learner_key(issuer.learner_secret, "holder", holder.did).hex(),
            public_token=None,
            state=CredentialState.ISSUED,
            lease_until=None,
            valid_from=public.valid_from,
            valid_until=public.valid_until,
            status_list_id=place.status_list_id,
            status_index=place.index,
            created_at=moment,
        )
        facts = CopyFacts(
            issuer=issuer,
            issuer_address=f"{office.public_url}/issuers/{issuer.body.slug}",
            tree=tree,
            certificate_number=entry.certificate_number or "",
            copy_id=credential.id,
            issued=moment,
            valid_from=public.valid_from,
            valid_until=public.valid_until,
            place=place,
            holder=holder,
        )
        drafted.append(DraftedCopy(form, credential, data_key, form.payload(facts)))
    return drafted


def copy_key(issuer: Issuer, form: WalletForm) -> IssuingKey:
    """Return the key that signs ``form`` for ``issuer``.

    Raises:
        SigningKeysMissing: there is none that can.
    """
    for key in issuer.signing_keys():
        if key.signer.algorithm is form.algorithm:
            return key
    raise SigningKeysMissing


async def sign_copies(copies: Sequence[DraftedCopy], key: IssuingKey, created: datetime) -> list[bytes]:
    """Sign copies of one form, each checked.

    Raises:
        SigningFailed, SelfCheckFailed: see :func:`app.securing.secure`.
    """
    return [await copy.form.secure(copy.payload, key, created) for copy in copies]


# --- Storing


async def store_copies(
    connection: Connection, copies: Sequence[DraftedCopy], signed: Sequence[bytes] | None, *, key_id: UUID | None
) -> None:
    """Store copies: as issued with the ``signed`` bytes, as prepared under a lease without.

    Raises:
        PremiseGone: the key that signed is not active any more.
    """
    for number, copy in enumerate(copies):
        content = None if signed is None else signed[number]
        credential = (
            copy.credential
            if content is not None
            else replace(
                copy.credential, state=CredentialState.PREPARED, lease_until=copy.credential.created_at + LEASE
            )
        )
        form_id, moment = uuid4(), credential.created_at
        await issuing.add_copy(
            connection,
            credential,
            SecuredForm(
                id=form_id,
                awarding_body_id=credential.awarding_body_id,
                award_id=credential.award_id,
                credential_id=credential.id,
                form=copy.form.name,
                level="",
                payload=_encrypted(copy.data_key, "payload", form_id, copy.payload),
                content=None if content is None else _encrypted(copy.data_key, "content", form_id, content),
                media_type=copy.form.media_type,
                sha256=None if content is None else hashlib.sha256(content).digest(),
                signed_at=None if content is None else moment,
                state=FormState.PENDING if content is None else FormState.READY,
                created_at=moment,
            ),
            signed_with=() if content is None or key_id is None else (key_id,),
            event=_event(credential, moment, "wallet-copy-prepared" if content is None else "wallet-copy-issued"),
        )


async def complete_copies(
    connection: Connection, copies: Sequence[DraftedCopy], signed: Sequence[bytes], *, key_id: UUID, moment: datetime
) -> None:
    """Store the signed bytes of prepared copies; whoever was first wins.

    Raises:
        PremiseGone: the key that signed is not active any more.
    """
    for copy, content in zip(copies, signed, strict=True):
        await _complete(connection, copy.credential, copy.form, copy.data_key, content, key_id=key_id, moment=moment)


async def read_copy(connection: Connection, office: Office, credential: Credential) -> bytes | None:
    """Return the signed bytes of a copy; none while it is prepared.

    Raises:
        Erased: the learner's data was erased.
    """
    for name in FORMS:
        row = await secured_forms.find(connection, credential.awarding_body_id, credential.id, name)
        if row is not None:
            if row.content is None:
                return None
            data_key = await data_key_of(connection, office, credential.awarding_body_id, credential.award_id)
            return DataCipher.open(data_key, row.content, sealed_place("secured_form", "content", row.id))
    return None


async def finish_copies(office: Office) -> int:
    """Sign the copies that were prepared and left behind; return how many were finished.

    Raises:
        ServiceError: nothing could be finished; the reason of the first.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        claimed = await credentials.claim_expired(
            connection, now=moment, lease_until=moment + LEASE, audience=Audience.WALLET
        )
    finished, reasons = 0, []
    for credential in claimed:
        try:
            await _finish_one(office, credential)
            finished += 1
        except Erased:
            async with office.database.transaction() as connection:
                await credentials.abandon(connection, credential.id)
        except ServiceError as error:
            reasons.append(error)
    if reasons and not finished:
        raise reasons[0]
    return finished


async def _finish_one(office: Office, credential: Credential) -> None:
    # Not the keys of some seconds ago: whatever kept it from being signed may be over.
    office.forget_issuers()
    issuer = await issuer_of(office, credential)
    async with office.database.read() as connection:
        data_key = await data_key_of(connection, office, credential.awarding_body_id, credential.award_id)
        rows = [
            await secured_forms.find(connection, credential.awarding_body_id, credential.id, name) for name in FORMS
        ]
    row = next(found for found in rows if found is not None)
    form = FORMS[row.form]
    payload = DataCipher.open(data_key, row.payload, sealed_place("secured_form", "payload", row.id))
    key, moment = copy_key(issuer, form), office.clock()
    content = await form.secure(payload, key, moment)
    async with office.database.transaction() as connection:
        await _complete(connection, credential, form, data_key, content, key_id=key.key_id, moment=moment)


async def _complete(
    connection: Connection,
    credential: Credential,
    form: WalletForm,
    data_key: DataKey,
    content: bytes,
    *,
    key_id: UUID,
    moment: datetime,
) -> None:
    row = await secured_forms.find(connection, credential.awarding_body_id, credential.id, form.name)
    assert row is not None
    completed = await secured_forms.complete(
        connection,
        row.id,
        content=_encrypted(data_key, "content", row.id, content),
        sha256=hashlib.sha256(content).digest(),
        signed_with=(key_id,),
        signed_at=moment,
    )
    if completed and await credentials.mark_issued(connection, credential.id):
        await events.append(connection, _event(credential, moment, "wallet-copy-issued"))


def _encrypted(data_key: DataKey, column: str, form_id: UUID, data: bytes) -> bytes:
    return DataCipher.seal(data_key, data, sealed_place("secured_form", column, form_id))


def _event(credential: Credential, moment: datetime, kind: str) -> events.Event:
    return events.Event(
        awarding_body_id=credential.awarding_body_id,
        at=moment,
        actor="wallet",
        kind=kind,
        subject=str(credential.award_id),
        body=canonical({"credential": str(credential.id), "revision": credential.revision}),
    )
