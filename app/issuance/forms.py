"""The bytes of a credential: the stored ones, verbatim, and those that are made when they are first asked for."""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from app.errors import Family, ServiceError
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown, record
from app.issuance.issue import (
    EDC_FORM,
    EDC_MEDIA_TYPE,
    VCDM2_FORM,
    VCDM2_JWT_FORM,
    new_public_token,
    status_of,
)
from app.issuance.late_form import issuer_of
from app.issuance.manifest import MANIFEST_FORM, MANIFEST_WITH_SEAL_FORM, make_manifest
from app.issuance.office import Office, sealed_place
from app.issuance.page_images import draw_page, nearest_language, print_page, subject_of
from app.issuance.records import CredentialRecord, Status
from app.issuance.repeating import data_key_of
from app.issuance.sealed_form import frozen, make_sealed_form, render
from app.issuance.token_form import make_token_form
from app.keys import DataCipher
from app.store import credentials, events, secured_forms
from app.store.connection import Connection
from app.store.credentials import CredentialEntry
from app.store.secured_forms import SecuredForm
from app.store.states import Audience, CredentialState, FormState
from app.strict_json import canonical


class FormPending(ServiceError):
    """The form is being made. Ask again in a moment."""

    code: ClassVar[str] = "form-pending"
    title: ClassVar[str] = "The form is not ready yet"
    family: ClassVar[Family] = Family.UNAVAILABLE


class FormUnknown(ServiceError):
    """The credential has no such form."""

    code: ClassVar[str] = "form-unknown"
    title: ClassVar[str] = "The credential has no such form"
    family: ClassVar[Family] = Family.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that leave, and what HTTP needs to know about them."""

    content: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class PublicDocument(Document):
    """A credential at its public address."""

    status: Status
    superseded: bool


async def read_public(office: Office, token: str, form: str = VCDM2_FORM) -> PublicDocument:
    """Return the signed bytes at a public address, with proofs in them or (``vcdm2-jwt``) in a token.

    Raises:
        CredentialUnknown: nobody has this address, or not any more.
        FormPending: prepared, but not signed yet.
        Erased: the learner's data was erased.
        SigningKeysMissing, SigningFailed: a token that has to be made first cannot be signed now.
    """
    async with office.database.read() as connection:
        entry = await _public_entry(connection, token)
        document = await _found_form(connection, office, entry, form)
    document = document or await _made_form(office, entry, form)
    return PublicDocument(
        document.content, document.media_type, document.etag, status_of(entry), entry.superseded_by is not None
    )


async def read_edc(office: Office, token: str) -> Document:
    """Return the European Digital Credential at a public address: sealed where the awarding body has a seal.

    Raises:
        CredentialUnknown, FormPending, Erased: as :func:`read_public`.
        SealUnusable, SigningFailed: it cannot be sealed now.
    """
    async with office.database.read() as connection:
        entry = await _public_entry(connection, token)
    return await _edc(office, entry)


async def read_page(office: Office, token: str, language: str, *, for_paper: bool = False) -> Document:
    """Return the credential's page as an image, or for paper, in the language of its title nearest to ``language``.

    Raises:
        CredentialUnknown, FormPending, Erased: as :func:`read_public`.
        PageUndrawable: it cannot be drawn.
    """
    async with office.database.read() as connection:
        entry = await _public_entry(connection, token)
        data_key = await data_key_of(connection, office, entry.credential.awarding_body_id, entry.credential.award_id)
    if entry.credential.state is not CredentialState.ISSUED:
        raise FormPending(retry_after_seconds=2)
    issuer = await issuer_of(office, entry.credential)
    async with office.database.read() as connection:
        held = await frozen(connection, office, issuer, entry.credential, data_key)
    subject = await subject_of(office, issuer.body, entry.credential, held.tree)
    nearest = nearest_language(subject.statement, language)
    content = await (print_page if for_paper else draw_page)(office, subject, nearest)
    media_type = "application/pdf" if for_paper else "image/png"
    return Document(content, media_type, f'"{sha256(content).hexdigest()}"')


async def read_manifest(office: Office, token: str) -> Document:
    """Return the manifest of the files at a public address.

    Raises:
        CredentialUnknown, FormPending, Erased: as :func:`read_public`.
        SigningKeysMissing, SigningFailed: it cannot be signed now.
    """
    async with office.database.read() as connection:
        entry = await _public_entry(connection, token)
    sealing = (await issuer_of(office, entry.credential)).seal is not None
    async with office.database.read() as connection:
        document = await _found_form(connection, office, entry, MANIFEST_WITH_SEAL_FORM)
        if document is None and not sealing:
            document = await _found_form(connection, office, entry, MANIFEST_FORM)
    if document is not None:
        return document
    form = await make_manifest(office, entry)
    async with office.database.read() as connection:
        document = None if form is None else await _found_form(connection, office, entry, form)
    if document is None:
        raise FormPending(retry_after_seconds=2)
    return document


async def read_for(office: Office, caller: Caller, credential_id: UUID, form: str) -> Document:
    """Return a form to the awarding body.

    Raises:
        CredentialUnknown: not the caller's.
        FormUnknown, FormPending, Erased: see there.
        SigningKeysMissing, SigningFailed: a token that has to be made first cannot be signed now.
    """
    async with office.database.read() as connection:
        entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
        if entry is None or entry.credential.audience is not Audience.PUBLIC:
            raise CredentialUnknown
        document = None if form == EDC_FORM else await _found_form(connection, office, entry, form)
    if form == EDC_FORM:
        return await _edc(office, entry)
    return document or await _made_form(office, entry, form)


async def open_form(connection: Connection, office: Office, form: SecuredForm) -> bytes:
    """Return the signed bytes of a form that is ready.

    Raises:
        Erased: the learner's data was erased.
        EnvelopeBroken: what is stored is not what was stored.
    """
    assert form.content is not None
    data_key = await data_key_of(connection, office, form.awarding_body_id, form.award_id)
    return DataCipher.open(data_key, form.content, sealed_place("secured_form", "content", form.id))


async def rotate_public_url(office: Office, caller: Caller, credential_id: UUID) -> CredentialRecord:
    """Give a credential a new public address; the old one opens nothing from now on.

    Raises:
        CredentialUnknown: not the caller's.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
        if credential is None or credential.audience is not Audience.PUBLIC:
            raise CredentialUnknown
        await credentials.change_public_token(connection, caller.awarding_body_id, credential_id, new_public_token())
        await events.append(
            connection,
            events.Event(
                caller.awarding_body_id,
                moment,
                caller.actor,
                "public-url-changed",
                str(credential.award_id),
                canonical({"credential": str(credential_id)}),
            ),
        )
    return await record(office, caller, credential_id)


async def _public_entry(connection: Connection, token: str) -> CredentialEntry:
    entry = await credentials.find_by_public_token(connection, token)
    if entry is None or entry.credential.state is CredentialState.ABANDONED:
        raise CredentialUnknown
    return entry


async def _made_form(office: Office, entry: CredentialEntry, form: str) -> Document:
    """Return a form that is not there yet, if it is one that is made when it is asked for."""
    if form != VCDM2_JWT_FORM:
        raise FormUnknown if form != VCDM2_FORM else FormPending(retry_after_seconds=2)
    await make_token_form(office, entry.credential)
    async with office.database.read() as connection:
        document = await _found_form(connection, office, entry, form)
    if document is None:
        raise FormPending(retry_after_seconds=2)
    return document


async def _found_form(connection: Connection, office: Office, entry: CredentialEntry, form: str) -> Document | None:
    """Return a form that is ready."""
    credential = entry.credential
    row = await secured_forms.find(connection, credential.awarding_body_id, credential.id, form)
    if row is None or row.state is not FormState.READY or row.content is None or row.sha256 is None:
        return None
    content = await open_form(connection, office, row)
    return Document(content, row.media_type, f'"{row.sha256.hex()}"')


async def _edc(office: Office, entry: CredentialEntry) -> Document:
    """Return the sealed form, made now if there is a seal and it is not there yet; else the rendering, unsealed."""
    async with office.database.read() as connection:
        # Whose data was erased has no form any more, sealed or not.
        data_key = await data_key_of(connection, office, entry.credential.awarding_body_id, entry.credential.award_id)
        # Nobody awards by a rendering: it is there when the signed credential is, and not before.
        if entry.credential.state is not CredentialState.ISSUED:
            raise FormPending(retry_after_seconds=2)
        document = await _found_form(connection, office, entry, EDC_FORM)
    if document is None and await make_sealed_form(office, entry.credential):
        async with office.database.read() as connection:
            document = await _found_form(connection, office, entry, EDC_FORM)
        if document is None:
            raise FormPending(retry_after_seconds=2)
    if document is not None:
        return document
    issuer = await issuer_of(office, entry.credential)
    async with office.database.read() as connection:
        held = await frozen(connection, office, issuer, entry.credential, data_key)
    content = await render(office, issuer, entry.credential, held)
    return Document(content, EDC_MEDIA_TYPE, f'"{sha256(content).hexdigest()}"')
