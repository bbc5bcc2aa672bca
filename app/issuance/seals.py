"""Seals of awarding bodies: a key with a certificate of the organisation, from the request to the day it is retired.

A key of a seal is in no DID document: its certificate speaks for it. It seals nothing before its certificate was
enrolled, and a certificate is enrolled only

1. for a key that was made here and requested it;
2. if it leads to one of the deployment's anchors today, is for signing and has not been revoked;
3. if its organizationIdentifier is the awarding body's eIDAS identifier, and its organisation one of its legal names.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final
from uuid import UUID, uuid4

from app.errors import Family, ServiceError
from app.issuance.office import Issuer, Office
from app.issuance.setup import KeyStepRefused
from app.keys import (
    Algorithm,
    AnyAlgorithm,
    AnyPublicKey,
    Backend,
    KeyExists,
    KeyState,
    certificate_request,
    csc_ref,
    file_ref,
    fragment_name,
    public_key_on_record,
)
from app.store import events, signing_keys, x509_certificates
from app.store.connection import Connection
from app.store.failures import AlreadyThere, TransitionRefused
from app.store.signing_keys import SigningKey
from app.store.states import KeyPurpose
from app.store.x509_certificates import X509Certificate
from app.strict_json import canonical
from app.trust.members import likeness
from app.trust.seals import Anchors, SealCertificate, pem_of, read_seal_certificate

PREFIX: Final = "seal-"
"""Before the name of each key of a seal, so that none is taken for a key of a DID document."""


_WARNINGS: Final = (
    (timedelta(days=7), "Nothing is sealed any more."),
    (timedelta(days=30), "That is less than a month."),
    (timedelta(days=90), "An authority may take weeks to issue the next one."),
)


def seal_warning(left: timedelta) -> str | None:
    """Return what to say about a certificate that lasts so long; nothing from 90 days on."""
    return next((warning for days, warning in _WARNINGS if left <= days), None)


class CertificateOfAnother(ServiceError):
    """The certificate speaks for another organisation, or is for a key that was not made here."""

    code: ClassVar[str] = "certificate-of-another"
    title: ClassVar[str] = "The certificate is not one for this awarding body's seal"
    family: ClassVar[Family] = Family.RULE_BROKEN


@dataclass(frozen=True, slots=True)
class Request:
    """A new key, and the request for its certificate in PEM."""

    fragment: str
    pem: bytes


@dataclass(frozen=True, slots=True)
class EnrolledSeal:
    """A key of a seal; ``certificate`` is there once it was enrolled."""

    key: SigningKey
    certificate: X509Certificate | None


async def request_seal(
    office: Office, slug: str, *, algorithm: AnyAlgorithm = Algorithm.P256, backend: Backend = Backend.FILE
) -> Request:
    """Make a key for a seal, and the request that goes to the authority.

    Raises:
        AwardingBodyUnknown: no such awarding body.
        KeyringUnusable, KeyRefused, SigningFailed: ``backend`` makes no such key; the detail says why.
    """
    issuer = await office.issuer_anew(slug)
    moment = office.clock()
    fragment, public_key = await _new_key(office, issuer, algorithm, backend, moment)
    key = SigningKey(
        id=uuid4(),
        issuer_id=issuer.issuer_id,
        purpose=KeyPurpose.SEAL,
        algorithm=algorithm.value,
        fragment=fragment,
        backend=backend.value,
        backend_ref=file_ref(slug, fragment),
        public_key=public_key.multikey,
        state=KeyState.PRE_PUBLISHED,
        created_at=moment,
    )
    try:
        async with office.database.transaction() as connection:
            await signing_keys.add(connection, key)
            await _note(connection, issuer.awarding_body_id, moment, "seal-requested", fragment)
    except AlreadyThere:
        await office.custodian.discard(backend, slug, fragment)
        raise KeyStepRefused("Somebody made a key of this seal at the same moment; try again.") from None
    body = issuer.body
    pem = await certificate_request(
        office.custodian.seal_signer(key.backend, key.backend_ref, public_key),
        organisation=body.legal_name.get("en") or next(iter(body.legal_name.values())),
        organization_identifier=body.eidas_identifier,
        common_name=f"Seal of {body.short_name}",
    )
    return Request(fragment, pem)


async def enrol_seal(office: Office, slug: str, pem: bytes, anchors: Anchors) -> EnrolledSeal:
    """Take the certificate of a requested seal, by the numbered rules; from now on it seals.

    A seal that was used so far is retired; what it sealed stays as it is.

    Raises:
        AwardingBodyUnknown: no such awarding body.
        CertificateUnusable, CertificateOfAnother: it does not keep the rules; the detail says which.
        KeyStepRefused: it was enrolled before.
    """
    issuer = await office.issuer_anew(slug)
    moment = office.clock()
    # 2
    read = read_seal_certificate(pem, anchors, moment)
    # 1
    async with office.database.read() as connection:
        known = await signing_keys.list_seals(connection, issuer.issuer_id)
    key = next((one for one in known if _is_of(read, one)), None)
    if key is None:
        raise CertificateOfAnother(f"The certificate is for no key of {slug}; `seals request` makes one.")
    return await _enrol(office, issuer, key, read, moment)


async def enrol_remote_seal(
    office: Office, slug: str, credential_id: str, algorithm: AnyAlgorithm, anchors: Anchors
) -> EnrolledSeal:
    """Take a credential of the remote signing service, by the numbered rules but the first; from now on it seals.

    In place of the first rule, the service shows that it signs for us with the key of the certificate that it names.

    Raises:
        AwardingBodyUnknown: no such awarding body.
        CertificateUnusable, CertificateOfAnother: its certificate does not keep the rules; the detail says which.
        KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: it cannot be used; the detail says why.
        KeyStepRefused: it was enrolled before.
    """
    issuer = await office.issuer_anew(slug)
    moment = office.clock()
    found = await office.custodian.look(Backend.CSC, credential_id, algorithm)
    # 2
    read = read_seal_certificate(pem_of(found.chain), anchors, moment)
    ref = csc_ref(credential_id, found.chain[0])
    async with office.database.read() as connection:
        known = await signing_keys.list_seals(connection, issuer.issuer_id)
    if any(key.backend == Backend.CSC and key.backend_ref == ref for key in known):
        raise KeyStepRefused("The certificate of this key was enrolled before.")
    await office.custodian.prove(Backend.CSC, ref, found.public_key)
    taken = {key.fragment for key in known}
    names = (PREFIX + fragment_name(algorithm, moment.year, number) for number in count(1))
    key = SigningKey(
        id=uuid4(),
        issuer_id=issuer.issuer_id,
        purpose=KeyPurpose.SEAL,
        algorithm=algorithm.value,
        fragment=next(name for name in names if name not in taken),
        backend=Backend.CSC.value,
        backend_ref=ref,
        public_key=found.public_key.multikey,
        state=KeyState.PRE_PUBLISHED,
        created_at=moment,
    )
    return await _enrol(office, issuer, key, read, moment, is_new=True)


async def _enrol(
    office: Office, issuer: Issuer, key: SigningKey, read: SealCertificate, moment: datetime, *, is_new: bool = False
) -> EnrolledSeal:
    # 3
    body, standing = issuer.body, read.standing
    if standing.organization_identifier != body.eidas_identifier:
        raise CertificateOfAnother(
            f"Its organizationIdentifier is not {body.eidas_identifier}, the eIDAS identifier of {body.slug}."
        )
    names = {likeness(name) for name in body.legal_name.values()}
    if not any(likeness(name) in names for name in standing.organisations):
        raise CertificateOfAnother(f"Its organisation (O) is not a legal name of {body.slug}.")
    certificate = X509Certificate(
        signing_key_id=key.id,
        chain=pem_of(read.chain),
        organization_identifier=body.eidas_identifier,
        not_before=standing.not_before,
        not_after=standing.not_after,
        enrolled_at=moment,
    )
    try:
        async with office.database.transaction() as connection:
            if is_new:
                await signing_keys.add(connection, key)
            await x509_certificates.add(connection, certificate)
            for former in await signing_keys.list_active(connection, issuer.issuer_id, KeyPurpose.SEAL):
                # An awarding body has one seal, of whatever kind its key is.
                await signing_keys.retire(connection, former.id, now=moment)
            moved = await signing_keys.activate(connection, key.id, now=moment)
            await _note(connection, issuer.awarding_body_id, moment, "seal-enrolled", key.fragment)
    except (AlreadyThere, TransitionRefused):
        raise KeyStepRefused("The certificate of this key was enrolled before.") from None
    office.forget_issuers()
    return EnrolledSeal(moved, certificate)


async def list_seals(office: Office, slug: str) -> list[EnrolledSeal]:
    """Return every seal of an awarding body, oldest first.

    Raises:
        AwardingBodyUnknown: no such awarding body.
    """
    issuer = await office.issuer_anew(slug)
    async with office.database.read() as connection:
        return [
            EnrolledSeal(key, await x509_certificates.find(connection, key.id))
            for key in await signing_keys.list_seals(connection, issuer.issuer_id)
        ]


async def retire_seal(office: Office, slug: str, fragment: str) -> SigningKey:
    """Let a seal be used no more; what it sealed stays as it is.

    Raises:
        AwardingBodyUnknown: no such awarding body.
        KeyStepRefused: there is no such seal, or it is not in use.
    """
    issuer = await office.issuer_anew(slug)
    found = next((seal.key for seal in await list_seals(office, slug) if seal.key.fragment == fragment), None)
    if found is None:
        raise KeyStepRefused(f"There is no seal {fragment}.")
    moment = office.clock()
    try:
        async with office.database.transaction() as connection:
            moved = await signing_keys.retire(connection, found.id, now=moment)
            await _note(connection, issuer.awarding_body_id, moment, "seal-retired", fragment)
    except TransitionRefused:
        raise KeyStepRefused from None
    office.forget_issuers()
    return moved


async def _new_key(
    office: Office, issuer: Issuer, algorithm: AnyAlgorithm, backend: Backend, moment: datetime
) -> tuple[str, AnyPublicKey]:
    """Make a key under the next name that neither a record nor a keeper has."""
    async with office.database.read() as connection:
        taken = {key.fragment for key in await signing_keys.list_seals(connection, issuer.issuer_id)}
    for number in count(1):
        fragment = PREFIX + fragment_name(algorithm, moment.year, number)
        if fragment in taken:
            continue
        try:
            return fragment, await office.custodian.make(backend, issuer.body.slug, fragment, algorithm)
        except KeyExists:
            continue
    raise AssertionError("numbers do not end")


def _is_of(read: SealCertificate, key: SigningKey) -> bool:
    return public_key_on_record(key.algorithm, key.public_key).subject_public_key_info == read.subject_public_key_info


async def _note(connection: Connection, body: UUID, moment: datetime, kind: str, fragment: str) -> None:
    await events.append(connection, events.Event(body, moment, "operator", kind, fragment, canonical({})))
