"""Setting up a deployment, its awarding bodies and their keys: what an operator does, each step with its event.

A key's life goes forward only (``docs/decisions/0005-keys-and-proofs.md``): pre-published, active, retired; revoked
from any of these. Every step publishes the DID document anew in the same transaction.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import ClassVar, Final, Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from app.drawing import unshowable
from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.office import PROOF_ALGORITHMS, SERVICE_SLUG, AwardingBodyUnknown, Office
from app.keys import (
    Algorithm,
    AnyPublicKey,
    Backend,
    KeyDiffers,
    KeyExists,
    Keyring,
    KeyState,
    PublicKey,
    PublishedKey,
    did_document,
    did_web,
    file_ref,
    fragment_name,
)
from app.store import (
    awarding_bodies,
    deployment,
    did_documents,
    events,
    issuers,
    secured_forms,
    signing_keys,
    status_lists,
)
from app.store.connection import Connection
from app.store.failures import AlreadyThere, TransitionRefused
from app.store.signing_keys import SigningKey
from app.store.states import KeyPurpose
from app.strict_json import JsonValue, canonical
from app.template.alliance import MEMBERS, TEST_SLUG, AwardingBody, IssuerKind

SERVICE_ALGORITHMS: Final = (Algorithm.ED25519, Algorithm.P256)
"""What the service itself signs with: proofs, and tokens such as receipts."""


class _Move(Protocol):
    """One step in the life of a key, as the store takes it."""

    async def __call__(self, connection: Connection, identifier: UUID, /, *, now: datetime) -> SigningKey: ...


class AwardingBodyUnusable(ServiceError):
    """The description of an awarding body is not one that credentials can carry; every finding is listed."""

    code: ClassVar[str] = "awarding-body-unusable"
    title: ClassVar[str] = "The description of the awarding body cannot be used"
    family: ClassVar[Family] = Family.RULE_BROKEN


class AwardingBodyThere(ServiceError):
    """The awarding body is configured already. Its public facts can be changed; its slug and DID never."""

    code: ClassVar[str] = "awarding-body-there"
    title: ClassVar[str] = "The awarding body is configured already"
    family: ClassVar[Family] = Family.CONFLICT


class DeploymentIncomplete(ServiceError):
    """Records, keyring and master secret belong together; a part that is missing has to come from a backup."""

    code: ClassVar[str] = "deployment-incomplete"
    title: ClassVar[str] = "A part of this deployment is missing"
    family: ClassVar[Family] = Family.UNAVAILABLE


class KeyStepRefused(ServiceError):
    """The key is not in a state from which this step leads; ``keys list`` shows the states."""

    code: ClassVar[str] = "key-step-refused"
    title: ClassVar[str] = "The key cannot take this step"
    family: ClassVar[Family] = Family.CONFLICT


async def initialise(office: Office) -> None:
    """Begin a deployment: fix its public address, make the service's own keys and the sandbox issuer.

    Repeatable: whatever an earlier attempt has left out is made up for.

    Raises:
        DeploymentIncomplete: there are signing keys, and the records know nothing of them.
        DeploymentDiffers: the records were begun for another address.
        RestoreUnfinished: they are a backup that nobody has made fit for use.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        insist_on_records_of(office.keyring, await deployment.find_public_url(connection))
        await deployment.bind_public_url(connection, office.public_url, now=moment)
        service = await issuers.find_service(connection)
        if service is None:
            service = issuers.Issuer(uuid4(), None, IssuerKind.SERVICE, did_web(office.public_url), moment)
            await issuers.add(connection, service)
        active = await signing_keys.list_active(connection, service.id, KeyPurpose.SERVICE)
    await office.open()
    missing = [each for each in SERVICE_ALGORITHMS if each.value not in {key.algorithm for key in active}]
    if missing:
        await generate_keys(office, SERVICE_SLUG, algorithms=missing, activate=True)
    async with office.database.read() as connection:
        sandbox = await issuers.find_by_slug(connection, TEST_SLUG)
        active = await signing_keys.list_active(connection, sandbox.id, KeyPurpose.ASSERTION) if sandbox else ()
    if sandbox is None:
        await add_awarding_body(office, dict(_SANDBOX))
    missing = [algorithm for algorithm in PROOF_ALGORITHMS if algorithm.value not in {key.algorithm for key in active}]
    await generate_keys(office, TEST_SLUG, algorithms=missing, activate=True)


def insist_on_records_of(keyring: Keyring, begun: str | None) -> None:
    """Refuse keys whose records are elsewhere; ``begun`` is the address that the records at hand were begun for.

    Raises:
        DeploymentIncomplete: there are signing keys, and the records were never begun.
    """
    # The address is written down before the first key is made.
    if begun is None and keyring.names():
        raise DeploymentIncomplete(
            "There are signing keys in KEYS_DIR, but the database was never begun. Put the database of these keys back "
            "where DATABASE_URL points, or choose an empty KEYS_DIR for a new deployment."
        )


_SANDBOX: Final[dict[str, JsonValue]] = {
    "slug": TEST_SLUG,
    "legal_name": {"en": "Test issuer (not a university)"},
    "short_name": "Test issuer",
    "country": "DEU",
    "address": "Nowhere in particular",
    "time_zone": "Europe/Berlin",
    "homepage": "https://example.org/",
    "eidas_identifier": "NTRDE-TEST-0000",
}


async def add_awarding_body(office: Office, description: dict[str, JsonValue]) -> AwardingBody:
    """Configure an awarding body: one of the seven universities, or the sandbox. Its DID follows from its slug.

    Raises:
        AwardingBodyUnusable: with every finding.
        AwardingBodyThere: it is configured already.
    """
    body = described_body(office, description)
    slug, did = body.slug, body.did
    moment = office.clock()
    row = awarding_bodies.AwardingBody(
        id=(identifier := uuid4()),
        slug=slug,
        facts=canonical(body.model_dump(mode="json")),
        time_zone=body.time_zone,
        learner_key_secret=office.new_learner_secret(identifier),
        created_at=moment,
    )
    kind = IssuerKind.TEST if slug == TEST_SLUG else IssuerKind.UNIVERSITY
    try:
        async with office.database.transaction() as connection:
            await awarding_bodies.add(connection, row)
            await issuers.add(connection, issuers.Issuer(uuid4(), row.id, kind, did, moment))
            await _note(connection, row.id, moment, "awarding-body-added", slug)
    except AlreadyThere:
        raise AwardingBodyThere(f"To change what is said about {slug}: python -m app issuers change.") from None
    office.forget_issuers()
    return body


async def change_awarding_body(office: Office, description: dict[str, JsonValue]) -> AwardingBody:
    """Change what is publicly said about an awarding body. Credentials issued from now on say it; others stay.

    Raises:
        AwardingBodyUnusable: with every finding.
        AwardingBodyUnknown: it is not configured.
    """
    body = described_body(office, description)
    moment = office.clock()
    async with office.database.transaction() as connection:
        row = await awarding_bodies.find_by_slug(connection, body.slug)
        if row is None:
            raise AwardingBodyUnknown
        facts = canonical(body.model_dump(mode="json"))
        if facts != row.facts:
            await awarding_bodies.change_facts(connection, row.id, facts=facts, time_zone=body.time_zone)
            changed: list[JsonValue] = [*sorted(changes_of(_body_of(row), body))]
            said = canonical({"changed": changed})
            entry = events.Event(row.id, moment, "operator", "awarding-body-changed", body.slug, said)
            await events.append(connection, entry)
    office.forget_issuers()
    return body


def changes_of(old: AwardingBody, new: AwardingBody) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Return what is said otherwise, by the name of the member: what it was and what it will be."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def described_body(office: Office, description: dict[str, JsonValue]) -> AwardingBody:
    """Return the awarding body that a description describes in this deployment.

    Raises:
        AwardingBodyUnusable: with every finding.
    """
    slug = description.get("slug")
    if not isinstance(slug, str) or (slug not in MEMBERS and slug != TEST_SLUG):
        known = ", ".join(MEMBERS)
        raise AwardingBodyUnusable(
            findings=[
                Finding("awarding-body-not-member", "#/slug", f"One of: {known}.", "ENHANCE template 2021-06, 7.4")
            ]
        )
    did = did_web(office.public_url, "issuers", slug)
    zone = description.get("time_zone")
    # "Today" is asked in this zone with every award (7.5): what the tables do not know is said now.
    unusable = []
    if isinstance(zone, str) and not _is_time_zone(zone):
        words = "An IANA time zone such as Europe/Warsaw is expected here."
        unusable.append(Finding("field-unusable", "#/time_zone", words))
    try:
        body = AwardingBody.model_validate({**description, "did": did})
    except ValidationError as error:
        findings = [
            Finding("field-unusable", json_pointer(str(step) for step in item["loc"]), item["msg"])
            for item in error.errors()
        ]
        raise AwardingBodyUnusable(findings=[*findings, *unusable]) from None
    names = [
        ("#/short_name", body.short_name),
        *((f"#/legal_name/{tag}", name) for tag, name in body.legal_name.items()),
    ]
    # Every page of its credentials shows them.
    unusable += [Finding("text-unshowable", at, problem) for at, name in names if (problem := unshowable(name))]
    if unusable:
        raise AwardingBodyUnusable(findings=unusable)
    return body


def _body_of(row: awarding_bodies.AwardingBody) -> AwardingBody:
    return AwardingBody.model_validate_json(row.facts)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


async def generate_keys(
    office: Office,
    slug: str,
    *,
    algorithms: Sequence[Algorithm] | None = None,
    activate: bool = False,
    backend: Backend = Backend.FILE,
) -> list[SigningKey]:
    """Make new signing keys of an issuer, ``service`` among them, and publish them in its DID document.

    They are pre-published, so that verifiers know them before they are used; with ``activate`` they sign at once, which
    suits a new issuer that nobody has cached. Without ``algorithms`` there is one for each proof that the issuer makes.

    Raises:
        AwardingBodyUnknown: no such issuer.
        KeyStepRefused: ``activate``, but another key of the algorithm is active.
        KeyringUnusable, KeyRefused, SigningFailed: ``backend`` makes none; the detail says why.
    """
    issuer = await _issuer_row(office, slug)
    if algorithms is None:
        algorithms = SERVICE_ALGORITHMS if issuer.kind is IssuerKind.SERVICE else PROOF_ALGORITHMS
    made = [
        await _add_key(office, issuer, slug, algorithm, active=activate, backend=backend) for algorithm in algorithms
    ]
    office.forget_issuers()
    return made


async def list_keys(office: Office, slug: str) -> tuple[SigningKey, ...]:
    """Return every key that the issuer ever had, oldest first, each with its history."""
    issuer = await _issuer_row(office, slug)
    async with office.database.read() as connection:
        return await signing_keys.list_of_issuer(connection, issuer.id)


async def find_key(office: Office, slug: str, fragment: str) -> SigningKey:
    """Return one key of an issuer.

    Raises:
        AwardingBodyUnknown: no such issuer.
        KeyStepRefused: it has no such key, or it is the key of a seal.
    """
    found = next((key for key in await list_keys(office, slug) if key.fragment == fragment), None)
    if found is None:
        issuer = await _issuer_row(office, slug)
        async with office.database.read() as connection:
            seals = {key.fragment for key in await signing_keys.list_seals(connection, issuer.id)}
        if fragment in seals:
            raise KeyStepRefused(
                f"{fragment} is the key of a seal, which no proof carries: have the authority revoke its certificate, "
                f"and run `python -m app seals retire {slug} {fragment}`."
            )
        raise KeyStepRefused(f"There is no key {fragment}.")
    return found


async def activate_key(office: Office, slug: str, fragment: str) -> SigningKey:
    """Let a pre-published key sign from now on; the one that did so far is retired and still verifies.

    Raises:
        KeyUnknown, KeyringUnusable, SigningFailed: its private key is not at hand, so that nothing would be signed any
            more.
        KeyStepRefused: it is not pre-published, or what is there under its name is another key.
    """
    key = await find_key(office, slug, fragment)
    try:
        await office.custodian.prove(key.backend, key.backend_ref, PublicKey.from_multikey(key.public_key))
    except KeyDiffers as error:
        raise KeyStepRefused(error.detail) from None
    return await _step(office, slug, fragment, signing_keys.activate)


async def retire_key(office: Office, slug: str, fragment: str) -> SigningKey:
    """Let a key sign no more. What it signed still verifies."""
    return await _step(office, slug, fragment, signing_keys.retire)


async def revoke_key(
    office: Office, slug: str, fragment: str, reason: str, *, compromised_since: datetime | None = None
) -> SigningKey:
    """Declare a key compromised since some moment, or since now. Nothing that it signed verifies any more.

    Raises:
        KeyStepRefused: it is revoked already; or the moment is in the future, or before the key was made.
    """

    async def revoke(connection: Connection, identifier: UUID, /, *, now: datetime) -> SigningKey:
        key = await signing_keys.find(connection, identifier)
        if key is not None and compromised_since is not None:
            made = key.created_at.replace(microsecond=0)
            if not made <= compromised_since <= now:
                raise KeyStepRefused(
                    f"A key is compromised at {made.isoformat()}, when it was made, or since; until now."
                )
        moved = await signing_keys.revoke(
            connection, identifier, now=now, reason=reason, compromised_since=compromised_since
        )
        # What a status list says under this key is worth nothing from now on.
        await status_lists.mark_all_out_of_date(connection, moved.issuer_id)
        return moved

    return await _step(office, slug, fragment, revoke)


async def count_signed_with(office: Office, slug: str, fragment: str) -> int:
    """Return how many credentials hang on a key: what its loss takes along."""
    key = await find_key(office, slug, fragment)
    async with office.database.read() as connection:
        return await secured_forms.count_credentials_of_key(connection, key.id)


async def note_master_secret_changed(office: Office) -> None:
    """Write down that the keyring opens with another master secret from now on."""
    async with office.database.transaction() as connection:
        await _note(connection, None, office.clock(), "master-secret-changed", "keyring")


async def published_did_document(office: Office, slug: str | None) -> bytes:
    """Return the DID document at an issuer's address; ``None`` is the service itself.

    Raises:
        AwardingBodyUnknown: no such issuer.
    """
    async with office.database.read() as connection:
        issuer = await (issuers.find_by_slug(connection, slug) if slug else issuers.find_service(connection))
        document = await did_documents.find_newest(connection, issuer.id) if issuer else None
    if document is None:
        raise AwardingBodyUnknown
    return document.content


async def _issuer_row(office: Office, slug: str) -> issuers.Issuer:
    async with office.database.read() as connection:
        issuer = await (
            issuers.find_service(connection) if slug == SERVICE_SLUG else issuers.find_by_slug(connection, slug)
        )
    if issuer is None:
        raise AwardingBodyUnknown
    return issuer


async def _add_key(
    office: Office, issuer: issuers.Issuer, slug: str, algorithm: Algorithm, *, active: bool, backend: Backend
) -> SigningKey:
    """Make a key under the next free name.

    A name is free that neither a record nor a file has: a file without a record may be left from an attempt that broke
    off, or come from another machine, and nobody can tell whether its key was used.
    """
    async for fragment in _free_names(office, issuer, algorithm):
        try:
            # The private key is kept before the record says that it exists; without its record it signs nothing.
            public_key = await office.custodian.make(backend, slug, fragment, algorithm)
        except KeyExists:
            continue
        ref = file_ref(slug, fragment)
        try:
            return await _record_key(office, issuer, fragment, public_key, backend, ref, active=active)
        except AlreadyThere as error:
            await office.custodian.discard(backend, slug, fragment)
            _refuse_second_active(error)
            # Somebody made a key of this issuer at the same moment, perhaps on another machine.
    raise AssertionError("numbers do not end")


async def enrol_key(office: Office, slug: str, *, backend: Backend, ref: str, algorithm: Algorithm) -> SigningKey:
    """Take a key that somebody made where it is kept, as in a ceremony; it is pre-published, and signs once activated.

    Raises:
        AwardingBodyUnknown: no such issuer.
        KeyStepRefused: it is a key of this deployment already.
        KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: it is not there, or does not sign; the detail says why.
    """
    issuer = await _issuer_row(office, slug)
    public_key = (await office.custodian.look(backend, ref, algorithm)).public_key
    await office.custodian.prove(backend, ref, public_key)
    async with office.database.read() as connection:
        known = [
            key
            for each in await issuers.list_all(connection)
            for key in await signing_keys.list_of_issuer(connection, each.id)
        ]
    if any(key.public_key == public_key.multikey for key in known):
        raise KeyStepRefused("This key is on record already; a key speaks for one issuer, once.")
    async for fragment in _free_names(office, issuer, algorithm):
        try:
            key = await _record_key(
                office, issuer, fragment, public_key, backend, ref, active=False, event="key-enrolled"
            )
        except AlreadyThere:
            continue
        office.forget_issuers()
        return key
    raise AssertionError("numbers do not end")


async def _free_names(office: Office, issuer: issuers.Issuer, algorithm: Algorithm) -> AsyncIterator[str]:
    """Yield names that no record has, the first one first."""
    async with office.database.read() as connection:
        taken = {key.fragment for key in await signing_keys.list_of_issuer(connection, issuer.id)}
    for number in count(1):
        fragment = fragment_name(algorithm, office.clock().year, number)
        if fragment not in taken:
            yield fragment


def _refuse_second_active(error: AlreadyThere) -> None:
    if error.constraint == signing_keys.ACTIVE_TAKEN:
        raise KeyStepRefused(
            "Another key of this algorithm is active; make it without activating and rotate."
        ) from None


async def _record_key(
    office: Office,
    issuer: issuers.Issuer,
    fragment: str,
    public_key: AnyPublicKey,
    backend: Backend,
    ref: str,
    *,
    active: bool,
    event: str = "key-generated",
) -> SigningKey:
    """Put a key on record and into the DID document.

    Raises:
        AlreadyThere: the name is taken, or another key of its algorithm is active.
    """
    moment = office.clock()
    key = SigningKey(
        id=uuid4(),
        issuer_id=issuer.id,
        purpose=KeyPurpose.SERVICE if issuer.kind is IssuerKind.SERVICE else KeyPurpose.ASSERTION,
        algorithm=public_key.algorithm.value,
        fragment=fragment,
        backend=backend.value,
        backend_ref=ref,
        public_key=public_key.multikey,
        state=KeyState.ACTIVE if active else KeyState.PRE_PUBLISHED,
        created_at=moment,
        active_from=moment if active else None,
    )
    async with office.database.transaction() as connection:
        await signing_keys.add(connection, key)
        await _publish(connection, issuer, moment)
        await _note(connection, issuer.awarding_body_id, moment, event, fragment, {"backend": backend.value})
    return key


async def _step(office: Office, slug: str, fragment: str, move: _Move) -> SigningKey:
    issuer = await _issuer_row(office, slug)
    key = await find_key(office, slug, fragment)
    moment = office.clock()
    try:
        async with office.database.transaction() as connection:
            moved = await move(connection, key.id, now=moment)
            await _publish(connection, issuer, moment)
            await _note(connection, issuer.awarding_body_id, moment, f"key-{moved.state.value}", fragment)
    except TransitionRefused:
        raise KeyStepRefused from None
    office.forget_issuers()
    return moved


async def _publish(connection: Connection, issuer: issuers.Issuer, moment: datetime) -> None:
    keys = await signing_keys.list_of_issuer(connection, issuer.id)
    content = did_document(
        issuer.did,
        [
            PublishedKey(
                fragment=key.fragment,
                public_key=PublicKey.from_multikey(key.public_key),
                state=key.state,
                revoked_since=key.revoked_since,
            )
            for key in keys
        ],
    )
    await did_documents.publish(connection, issuer.id, content, now=moment)


async def _note(
    connection: Connection,
    awarding_body_id: UUID | None,
    moment: datetime,
    kind: str,
    subject: str,
    particulars: Mapping[str, str] | None = None,
) -> None:
    body = canonical(dict(particulars or {}))
    await events.append(connection, events.Event(awarding_body_id, moment, "operator", kind, subject, body))
