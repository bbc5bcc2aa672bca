"""What every story needs, built once by ``main`` and handed in."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, TypeVar
from uuid import UUID

from app.drawing import DrawingBoard
from app.errors import Family, ServiceError
from app.issuance.looked_up import LookedUp
from app.issuance.moulds import Moulds
from app.keys import (
    Algorithm,
    AnyPublicKey,
    Custodian,
    DataCipher,
    DataKey,
    EnvelopeBroken,
    KeyName,
    KeyRefused,
    Keyring,
    KeyringUnusable,
    KeyUnknown,
    PublicKey,
    SealSigner,
    Signer,
    SignerProcess,
    SigningFailed,
    has_jwk_entry,
    jwk_method_id,
    method_id,
    public_key_on_record,
)
from app.status import LIST_ENTRIES, KeyedPermutation
from app.store import awarding_bodies, check_schema, deployment, issuers, signing_keys, x509_certificates
from app.store.connection import Connection, Database
from app.store.copying import is_restored_copy
from app.store.states import KeyPurpose
from app.store.status_lists import StatusIndexLease
from app.store.x509_certificates import X509Certificate
from app.template.alliance import AwardingBody, IssuerKind

ISSUER_REFRESH: Final = timedelta(seconds=5)
"""How long a change by another process (a rotated key, a new awarding body) may stay unnoticed."""
LONGEST_WAIT_SECONDS: Final = 10.0
"""How long a request waits for another one about the same award before it is told to come back."""

KEYS_RETRY_SECONDS: Final = 60
"""When to ask an issuer again that cannot sign: somebody has to put its keys in order first."""
SERVICE_SLUG: Final = "service"
"""Where the service's own keys are kept; never an awarding body."""

PROOF_ALGORITHMS: Final = (Algorithm.ED25519, Algorithm.P256)
"""One key for each proof of the set: eddsa-rdfc-2022 and ecdsa-rdfc-2019."""
DATA_KEY_PLACE: Final = b"data_key.wrapped_key:"
LEARNER_SECRET_PLACE: Final = b"awarding_body.learner_key_secret:"


class AwardingBodyUnknown(ServiceError):
    """No awarding body of that name is configured in this deployment; ``issuers list`` names those that are."""

    code: ClassVar[str] = "awarding-body-unknown"
    title: ClassVar[str] = "There is no such awarding body here"
    family: ClassVar[Family] = Family.NOT_FOUND


class SigningKeysMissing(ServiceError):
    """The awarding body has no usable active key for each proof that its credentials carry. An operator has to help."""

    code: ClassVar[str] = "signing-keys-missing"
    title: ClassVar[str] = "The awarding body cannot sign at the moment"
    family: ClassVar[Family] = Family.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=KEYS_RETRY_SECONDS)


class RestoreUnfinished(ServiceError):
    """The records are a restored backup: credentials issued since have places that they take for free."""

    code: ClassVar[str] = "restore-unfinished"
    title: ClassVar[str] = "The database is a restored backup: run `python -m app after-restore`"
    family: ClassVar[Family] = Family.UNAVAILABLE


class FlawCode(StrEnum):
    """Why an issuer cannot do all that it is there for. Stable: ``/readyz`` and the log say them."""

    NO_ACTIVE_KEY = "no-active-key"
    KEY_FILE_MISSING = "key-file-missing"
    KEY_FILE_UNUSABLE = "key-file-unusable"
    KEY_FILE_DIFFERS = "key-file-differs"
    SIGNER_OUT_OF_ORDER = "signer-out-of-order"
    LEARNER_SECRET_UNUSABLE = "learner-secret-unusable"  # noqa: S105 - names a secret, is none


@dataclass(frozen=True, slots=True)
class Flaw:
    """What keeps one issuer from signing or issuing. ``detail`` is for the operator alone: it may name files."""

    issuer: str
    code: FlawCode
    detail: str


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """An active key of an awarding body, ready to sign.

    ``jwk_verification_method`` is the name that tokens give it; none where its issuer publishes no JWK of it.
    """

    key_id: UUID
    verification_method: str
    jwk_verification_method: str | None
    signer: Signer


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The key of an awarding body's seal, with its certificate."""

    key_id: UUID
    signer: SealSigner
    certificate: X509Certificate


@dataclass(frozen=True, slots=True)
class Issuer:
    """An awarding body with all that it takes to issue in its name.

    ``has_seal`` says that a seal is in use; ``seal`` is none all the same while its key is not at hand.
    """

    awarding_body_id: UUID
    issuer_id: UUID
    kind: IssuerKind
    body: AwardingBody
    opened_learner_secret: bytes | None = field(repr=False)
    keys: tuple[IssuingKey, ...]
    seal: SealingKey | None = None
    has_seal: bool = False

    @property
    def can_sign(self) -> bool:
        """Whether there is a key for each proof that a credential carries."""
        return set(PROOF_ALGORITHMS) <= {key.signer.algorithm for key in self.keys}

    @property
    def learner_secret(self) -> bytes:
        """The secret under which learner keys are made.

        Raises:
            EnvelopeBroken: it does not open with this deployment's keyring.
        """
        if self.opened_learner_secret is None:
            raise EnvelopeBroken(retry_after_seconds=KEYS_RETRY_SECONDS)
        return self.opened_learner_secret

    def signing_keys(self) -> tuple[IssuingKey, ...]:
        """Return one key for each proof of a credential.

        Raises:
            SigningKeysMissing: not for each; a credential with fewer proofs than promised is not issued.
        """
        if not self.can_sign:
            raise SigningKeysMissing
        return self.keys

    def keys_at_hand(self) -> tuple[IssuingKey, ...]:
        """Return what there is: a status list that is signed once is better than none.

        Raises:
            SigningKeysMissing: there is none.
        """
        if not self.keys:
            raise SigningKeysMissing
        return self.keys

    def token_key(self) -> tuple[IssuingKey, str]:
        """Return the key for tokens, and its name in their headers: P-256, which every wallet can check, before P-384.

        Raises:
            SigningKeysMissing: there is none.
        """
        return _token_key(self.keys)


class Office:
    """The deployment at work: its records, its keys, its clock."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        public_url: str,
        clock: Callable[[], datetime],
        max_request_bytes: int,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
        signer_process: SignerProcess | None = None,
    ) -> None:
        """``longest_wait_seconds`` is how long a request waits for another one about the same thing.

        With a ``signer_process`` the private keys are there, and the keyring serves for personal data alone.
        """
        self.database = database
        self.keyring = keyring
        self.custodian: Final = Custodian(keyring, signer_process)
        self.public_url = public_url
        self.clock = clock
        self.max_request_bytes = max_request_bytes
        self.longest_wait_seconds = longest_wait_seconds
        self._cipher: Final[DataCipher] = keyring.data_cipher()
        self._issuers: Mapping[str, Issuer] = {}
        self._flaws: tuple[Flaw, ...] = ()
        self._kept_by: Mapping[str, frozenset[str]] = {}
        self._service_keys: tuple[IssuingKey, ...] = ()
        self._issuers_read_at: datetime | None = None
        self._issuer_changes = 0
        self._reading = asyncio.Lock()
        self.moulds: Final = Moulds()
        self.looked_up: Final = LookedUp()
        self.drawing: Final = DrawingBoard()
        self.status_places: Final = StatusIndexLease(
            database, KeyedPermutation, owner=secrets.token_hex(8), capacity=LIST_ENTRIES
        )

    async def open(self, *, restoring: bool = False) -> None:
        """Check that the records are this deployment's, and that its keyring opens them.

        ``restoring`` takes a restored backup as well. What only one issuer lacks stops nobody else: :meth:`flaws` names
        it.

        Raises:
            SchemaBehind: the database has to be migrated first.
            DeploymentDiffers: they were begun for another PUBLIC_URL, or not begun at all.
            RestoreUnfinished: they are a backup that nobody has made fit for use.
            KeyringUnusable: the keyring is another deployment's.
            DatabaseUnavailable: they cannot be reached.
        """
        await check_schema(self.database)
        async with self.database.read() as connection:
            known = await deployment.find_public_url(connection)
            is_copy = await is_restored_copy(connection)
        if known is None:
            raise deployment.DeploymentDiffers("The database is empty: run `python -m app init` first.")
        if known != self.public_url:
            raise deployment.DeploymentDiffers(
                f"The database was begun for {known}; PUBLIC_URL says {self.public_url}."
            )
        if is_copy and not restoring:
            raise RestoreUnfinished
        if not await self.keyring_fits():
            raise KeyringUnusable(
                "The keyring opens nothing of this database: restore the KEYS_DIR that was backed up with it."
            )

    async def close(self) -> None:
        """Let go of the records, of who keeps the keys, and of what draws."""
        self.drawing.close()
        await self.custodian.close()
        await self.database.close()

    # --- awarding bodies

    async def all_issuers(self) -> Mapping[str, Issuer]:
        """Return all awarding bodies by slug, as they were a few seconds ago at most."""
        if self._issuers_are_old():
            async with self._reading:
                if self._issuers_are_old():  # whoever waited finds them read
                    moment, changes = self.clock(), self._issuer_changes
                    self._issuers, self._flaws = await self._read_issuers()
                    # A change in this process meanwhile may be too young for what was read.
                    self._issuers_read_at = moment if changes == self._issuer_changes else None
        return self._issuers

    def _issuers_are_old(self) -> bool:
        moment = self.clock()
        return (
            self._issuers_read_at is None
            or moment - self._issuers_read_at > ISSUER_REFRESH
            or moment < self._issuers_read_at
        )

    async def issuer(self, slug: str) -> Issuer:
        """Return the awarding body ``slug``.

        Raises:
            AwardingBodyUnknown: there is none.
        """
        found = (await self.all_issuers()).get(slug)
        if found is None:
            raise AwardingBodyUnknown
        return found

    async def issuer_anew(self, slug: str) -> Issuer:
        """Return the awarding body ``slug`` as the records have it now.

        Raises:
            AwardingBodyUnknown: there is none.
        """
        self.forget_issuers()
        return await self.issuer(slug)

    async def service_token_key(self) -> tuple[IssuingKey, str]:
        """Return the service's own key for tokens (receipts, the trust list), and its name in their headers.

        Raises:
            SigningKeysMissing: there is none; ``init`` makes it.
        """
        await self.all_issuers()
        return _token_key(self._service_keys)

    async def bodies(self) -> dict[str, AwardingBody]:
        """Return what is said about each awarding body, by slug."""
        return {slug: issuer.body for slug, issuer in (await self.all_issuers()).items()}

    async def slugs(self) -> list[str]:
        """Name the awarding bodies."""
        return sorted(await self.all_issuers())

    async def names(self, language: str) -> dict[str, str]:
        """Return the name of each awarding body in ``language``, or in English."""
        return {
            slug: body.legal_name.get(language) or body.legal_name.get("en") or next(iter(body.legal_name.values()))
            for slug, body in (await self.bodies()).items()
        }

    async def flaws(self) -> tuple[Flaw, ...]:
        """Return what keeps which issuer, the service itself among them, from signing or issuing."""
        await self.all_issuers()
        return (*self._flaws, *await self._flaws_elsewhere())

    async def _flaws_elsewhere(self) -> list[Flaw]:
        """Ask the signer process, whose keys are only known to sign when they do."""
        try:
            health = await self.custodian.health()
        except SigningFailed as error:
            return [Flaw(slug, FlawCode.SIGNER_OUT_OF_ORDER, error.detail) for slug in self._kept_by]
        return [
            Flaw(slug, FlawCode.SIGNER_OUT_OF_ORDER, health.get(backend, None) or f"It has no backend {backend}.")
            for slug, backends in self._kept_by.items()
            for backend in sorted(backends)
            if health and (backend not in health or health[backend] is not None)
        ]

    async def keyring_fits(self) -> bool:
        """Whether the keyring opens what the records hold: that of another deployment opens none of it."""
        issuers = (await self.all_issuers()).values()
        return not issuers or any(issuer.opened_learner_secret is not None for issuer in issuers)

    @property
    def issuer_changes(self) -> int:
        """How many changes of awarding bodies or their keys this process has made: what is older is out of date."""
        return self._issuer_changes

    def has_seal(self, slug: str) -> bool:
        """Whether an awarding body, as last read, has a seal, be its key at hand or not."""
        issuer = self._issuers.get(slug)
        return issuer is not None and issuer.has_seal

    def forget_issuers(self) -> None:
        """Read the awarding bodies again at the next use, after a change in this process."""
        self._issuers_read_at = None
        self._issuer_changes += 1

    async def _read_issuers(self) -> tuple[dict[str, Issuer], tuple[Flaw, ...]]:
        """Read every issuer by itself: what one of them lacks is its own flaw, and nobody else's."""
        flaws: list[Flaw] = []
        in_use: set[KeyName] = set()
        kept_by: dict[str, frozenset[str]] = {}
        found: dict[str, Issuer] = {}
        async with self.database.read() as connection:
            of_body = {issuer.awarding_body_id: issuer for issuer in await issuers.list_all(connection)}
            for row in await awarding_bodies.list_all(connection):
                if row.id in of_body:
                    active = await signing_keys.list_active(connection, of_body[row.id].id, KeyPurpose.ASSERTION)
                    in_use |= {KeyName(row.slug, key.fragment) for key in active}
                    sealing = await signing_keys.list_active(connection, of_body[row.id].id, KeyPurpose.SEAL)
                    in_use |= {KeyName(row.slug, key.fragment) for key in sealing}
                    kept_by[row.slug] = frozenset(key.backend for key in (*active, *sealing))
                    seal = await self._open_seal(connection, row.slug, sealing, flaws)
                    assembled = self._assemble(row, of_body[row.id], active, flaws)
                    found[row.slug] = replace(assembled, seal=seal, has_seal=bool(sealing))
            if service := of_body.get(None):
                active = await signing_keys.list_active(connection, service.id, KeyPurpose.SERVICE)
                in_use |= {KeyName(SERVICE_SLUG, key.fragment) for key in active}
                kept_by[SERVICE_SLUG] = frozenset(key.backend for key in active)
                _note_missing(SERVICE_SLUG, active, flaws)
                self._service_keys = self._open_keys(SERVICE_SLUG, service.did, active, flaws)
        self.custodian.keep_only(in_use)
        self._kept_by = kept_by
        return found, tuple(flaws)

    def _assemble(
        self,
        row: awarding_bodies.AwardingBody,
        issuer: issuers.Issuer,
        active: Sequence[signing_keys.SigningKey],
        flaws: list[Flaw],
    ) -> Issuer:
        try:
            secret = self._cipher.unwrap(row.learner_key_secret, LEARNER_SECRET_PLACE + row.id.bytes).key
        except EnvelopeBroken:
            secret = None
            flaws.append(Flaw(row.slug, FlawCode.LEARNER_SECRET_UNUSABLE, "Its learner secret does not open."))
        _note_missing(row.slug, active, flaws)
        return Issuer(
            awarding_body_id=row.id,
            issuer_id=issuer.id,
            kind=issuer.kind,
            body=AwardingBody.model_validate_json(row.facts),
            opened_learner_secret=secret,
            keys=self._open_keys(row.slug, issuer.did, active, flaws),
        )

    async def _open_seal(
        self, connection: Connection, slug: str, active: Sequence[signing_keys.SigningKey], flaws: list[Flaw]
    ) -> SealingKey | None:
        """Return the active key of a seal with its certificate; none where there is none, or it cannot be opened."""
        for key in active:
            certificate = await x509_certificates.find(connection, key.id)
            if certificate is None:
                continue
            signer = _opened(self.custodian.seal_signer, slug, key, public_key_on_record, flaws)
            if signer is not None:
                return SealingKey(key.id, signer, certificate)
        return None

    def _open_keys(
        self, slug: str, did: str, active: Sequence[signing_keys.SigningKey], flaws: list[Flaw]
    ) -> tuple[IssuingKey, ...]:
        """Return those of the ``active`` keys that can sign, and note about each other why not."""
        opened = []
        for key in active:
            signer = _opened(self.custodian.signer, slug, key, _did_key_on_record, flaws)
            if signer is not None:
                opened.append(_issuing_key(key, did, signer))
        return tuple(opened)

    # --- personal data

    def new_data_key(self, award_id: UUID) -> tuple[bytes, DataKey]:
        """Return a new data key of an award: wrapped for the store, and in clear for now."""
        return self._cipher.new_data_key(DATA_KEY_PLACE + award_id.bytes)

    def data_key(self, award_id: UUID, wrapped: bytes) -> DataKey:
        """Return the data key of an award in clear."""
        return self._cipher.unwrap(wrapped, DATA_KEY_PLACE + award_id.bytes)

    def new_learner_secret(self, awarding_body_id: UUID) -> bytes:
        """Return a new secret under which an awarding body's learner keys are made, wrapped for the store."""
        wrapped, _ = self._cipher.new_data_key(LEARNER_SECRET_PLACE + awarding_body_id.bytes)
        return wrapped


def _note_missing(slug: str, active: Sequence[signing_keys.SigningKey], flaws: list[Flaw]) -> None:
    missing = [item.value for item in PROOF_ALGORITHMS if item.value not in {key.algorithm for key in active}]
    if missing:
        flaws.append(Flaw(slug, FlawCode.NO_ACTIVE_KEY, f"It has no active key for {', '.join(missing)}."))


_AnySigner = TypeVar("_AnySigner", bound=SealSigner)
_AnyKey = TypeVar("_AnyKey", bound=AnyPublicKey)


def _opened(
    open_: Callable[[str, str, _AnyKey], _AnySigner],
    slug: str,
    key: signing_keys.SigningKey,
    read: Callable[[str, str], _AnyKey],
    flaws: list[Flaw],
) -> _AnySigner | None:
    """Return the signer of a key on record; where there is none, note why."""
    try:
        signer = open_(key.backend, key.backend_ref, read(key.algorithm, key.public_key))
    except KeyUnknown as error:
        flaws.append(Flaw(slug, FlawCode.KEY_FILE_MISSING, error.detail))
    except (KeyringUnusable, KeyRefused) as error:
        flaws.append(Flaw(slug, FlawCode.KEY_FILE_UNUSABLE, error.detail))
    else:
        if signer.public_key.multikey == key.public_key:
            return signer
        detail = f"The file of {slug}#{key.fragment} holds another key than the one on record."
        flaws.append(Flaw(slug, FlawCode.KEY_FILE_DIFFERS, detail))
    return None


def _did_key_on_record(algorithm: str, multikey: str) -> PublicKey:  # noqa: ARG001 - as for seals, whose scheme it says
    return PublicKey.from_multikey(multikey)


def _token_key(keys: Sequence[IssuingKey]) -> tuple[IssuingKey, str]:
    for algorithm in (Algorithm.P256, Algorithm.P384):
        for key in keys:
            if key.signer.algorithm is algorithm and key.jwk_verification_method is not None:
                return key, key.jwk_verification_method
    raise SigningKeysMissing


def _issuing_key(key: signing_keys.SigningKey, did: str, signer: Signer) -> IssuingKey:
    named = has_jwk_entry(signer.algorithm)
    return IssuingKey(
        key_id=key.id,
        verification_method=method_id(did, key.fragment),
        jwk_verification_method=jwk_method_id(did, key.fragment) if named else None,
        signer=signer,
    )


def sealed_place(table: str, column: str, row: UUID) -> bytes:
    """Return what binds an encrypted value to its place, so that it does not open anywhere else."""
    return f"{table}.{column}:".encode() + row.bytes
