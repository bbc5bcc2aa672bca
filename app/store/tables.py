"""The tables. ``docs/decisions/0004-store.md`` says why they look like this.

* Every table of an awarding body carries ``awarding_body_id`` (not null) and refers to its neighbours by composite
  foreign keys that begin with it: a row of one university cannot name a row of another, whatever a query forgets.
* Columns marked ``encrypted_under`` hold ciphertext that was made before it came here; this room has no cryptography
  and cannot read them. Destroying the row's data key erases all of them at once.
* JSON is content, kept as canonical bytes (RFC 8785) and never as a JSON column: what was written is what is read.
* Times are instants in UTC; a time without a zone is refused on its way in.
* Triggers of the migrations keep ``event``, ``status_event``, ``award_revision``, ``did_document``, ``trust_list``,
  published ``offering_version`` and ready ``secured_form`` rows as they are.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    text,
)

from app.keys import KeyState
from app.store.states import (
    Audience,
    CredentialState,
    FormState,
    KeyPurpose,
    OfferingState,
    StatusChange,
)
from app.template.alliance import IssuerKind

AWARD_DATA_KEY: Final = "data key of the award"
MASTER_SECRET: Final = "master secret of the deployment"  # noqa: S105 - names a secret, is none

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A point in time, with its zone on the way in and in UTC on the way out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        """Refuse a naive time; SQLite keeps the text of what it gets, so everything is turned to UTC first."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        """Give back an aware time: SQLite returns the UTC that was stored, PostgreSQL the session's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_SERIAL: Final = BigInteger().with_variant(Integer, "sqlite")
"""Counts up; SQLite numbers rows by itself only in a column that is called INTEGER."""


def _one_of(words: type[StrEnum], name: str) -> Enum:
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def _encrypted(name: str, under: str = AWARD_DATA_KEY, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable, info={"encrypted_under": under})


def _required(name: str, kind: Any, **options: Any) -> Column[Any]:  # noqa: ANN401 - whatever Column takes
    return Column(name, kind, nullable=False, **options)


def _of_awarding_body(*columns: str, to: str) -> ForeignKeyConstraint:
    """Return the foreign key that keeps a reference inside one awarding body."""
    target, remote = to.split(".", 1)
    return ForeignKeyConstraint(
        ["awarding_body_id", *columns],
        [f"{target}.awarding_body_id", *(f"{target}.{column}" for column in remote.split(","))],
    )


deployment = Table(
    "deployment",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _required("public_url", Text),
    _required("created_at", Instant),
    CheckConstraint("id = 1", name="one_row"),
)

awarding_body = Table(
    "awarding_body",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("slug", Text),
    _required("facts", LargeBinary),
    _required("time_zone", Text),
    _encrypted("learner_key_secret", MASTER_SECRET),
    _required("created_at", Instant),
    UniqueConstraint("slug"),
)

issuer = Table(
    "issuer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("awarding_body_id", Uuid),  # null: the service itself, which belongs to no awarding body
    _required("kind", _one_of(IssuerKind, "kind")),
    _required("did", Text),
    _required("created_at", Instant),
    UniqueConstraint("did"),
    UniqueConstraint("awarding_body_id"),
    UniqueConstraint("awarding_body_id", "id"),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    CheckConstraint("(kind = 'service') = (awarding_body_id IS NULL)", name="service_alone"),
    Index(
        "uq_issuer_service",
        "kind",
        unique=True,
        sqlite_where=text("kind = 'service'"),
        postgresql_where=text("kind = 'service'"),
    ),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("issuer_id", Uuid),
    _required("purpose", _one_of(KeyPurpose, "purpose")),
    _required("algorithm", Text),
    _required("fragment", Text),
    _required("backend", Text),
    _required("backend_ref", Text),
    _required("public_key", Text),  # Multikey
    _required("state", _one_of(KeyState, "state")),
    _required("created_at", Instant),
    Column("active_from", Instant),
    Column("retired_at", Instant),
    Column("revoked_at", Instant),
    Column("revocation_reason", Text),
    Column("compromised_since", Instant),
    UniqueConstraint("issuer_id", "fragment"),
    ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
    CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_at_known"),
    CheckConstraint("state <> 'active' OR active_from IS NOT NULL", name="active_from_known"),
    CheckConstraint("compromised_since IS NULL OR compromised_since <= revoked_at", name="compromised_before_revoked"),
    Index(
        "uq_signing_key_active",
        "issuer_id",
        "purpose",
        "algorithm",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

did_document = Table(
    "did_document",
    metadata,
    Column("issuer_id", Uuid),
    Column("version", Integer, autoincrement=False),
    _required("content", LargeBinary),
    _required("sha256", LargeBinary),
    _required("published_at", Instant),
    PrimaryKeyConstraint("issuer_id", "version"),
    ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("prefix", Text),
    _required("secret_sha256", LargeBinary),
    _required("scopes", Text),  # separated by blanks
    _required("label", Text),
    _required("created_at", Instant),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("prefix"),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    Index(None, "awarding_body_id"),
)

offering = Table(
    "offering",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("listed", Boolean),
    _required("state", _one_of(OfferingState, "state")),
    Column("inline_sha256", LargeBinary),  # digest of an offering that came inside a request and is found again by it
    _required("created_at", Instant),
    UniqueConstraint("awarding_body_id", "id"),
    UniqueConstraint("awarding_body_id", "inline_sha256"),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    Index(None, "awarding_body_id", "created_at", "id"),
)

offering_version = Table(
    "offering_version",
    metadata,
    _required("awarding_body_id", Uuid),
    Column("offering_id", Uuid),
    Column("version", Integer, autoincrement=False),
    _required("content", LargeBinary),
    _required("content_sha256", LargeBinary),
    _required("edited_at", Instant),
    Column("published_at", Instant),  # null: the draft of the next version
    PrimaryKeyConstraint("offering_id", "version"),
    UniqueConstraint("awarding_body_id", "offering_id", "version"),
    _of_awarding_body("offering_id", to="offering.id"),
    CheckConstraint("version >= 1", name="version_counts"),
    Index(
        "uq_offering_version_draft",
        "offering_id",
        unique=True,
        sqlite_where=text("published_at IS NULL"),
        postgresql_where=text("published_at IS NULL"),
    ),
)

award = Table(
    "award",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("offering_id", Uuid),
    _required("learner_key", LargeBinary),  # HMAC under the awarding body's secret: a pseudonym, nothing to read back
    _required("awarded_on", Date),
    Column("certificate_number", Text),
    _required("current_revision", Integer),
    _required("created_at", Instant),
    UniqueConstraint("awarding_body_id", "offering_id", "learner_key", "awarded_on", name="uq_award_natural_key"),
    UniqueConstraint("awarding_body_id", "certificate_number"),
    UniqueConstraint("awarding_body_id", "offering_id", "id"),
    UniqueConstraint("awarding_body_id", "id"),
    _of_awarding_body("offering_id", to="offering.id"),
    Index(None, "awarding_body_id", "learner_key"),
)

award_revision = Table(
    "award_revision",
    metadata,
    _required("awarding_body_id", Uuid),
    Column("award_id", Uuid),
    Column("revision", Integer, autoincrement=False),
    _required("offering_id", Uuid),
    _required("offering_version", Integer),
    _encrypted("claims"),
    _encrypted("elm_tree"),
    _required("mapping_version", Text),
    _required("created_at", Instant),
    PrimaryKeyConstraint("award_id", "revision"),
    # Both name offering_id: a revision is about a version of the offering that its award is for.
    ForeignKeyConstraint(
        ["awarding_body_id", "offering_id", "award_id"],
        ["award.awarding_body_id", "award.offering_id", "award.id"],
    ),
    ForeignKeyConstraint(
        ["awarding_body_id", "offering_id", "offering_version"],
        ["offering_version.awarding_body_id", "offering_version.offering_id", "offering_version.version"],
    ),
    CheckConstraint("revision >= 1", name="revision_counts"),
)

data_key = Table(
    "data_key",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _encrypted("wrapped_key", MASTER_SECRET, nullable=True),
    _required("created_at", Instant),
    Column("destroyed_at", Instant),  # the row stays: it says that there was a key, and that nobody makes another
    _of_awarding_body("award_id", to="award.id"),
    CheckConstraint("(wrapped_key IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_or_there"),
)

status_list = Table(
    "status_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("issuer_id", Uuid),
    _required("number", Integer),  # LIST in its public address, counted for each issuer
    _required("capacity", Integer),
    _required("permutation_key", LargeBinary),
    _required("next_counter", Integer),
    _required("version", BigInteger),
    UniqueConstraint("issuer_id", "number"),
    UniqueConstraint("awarding_body_id", "issuer_id", "id"),
    _of_awarding_body("issuer_id", to="issuer.id"),
    CheckConstraint("next_counter BETWEEN 0 AND capacity", name="within_capacity"),
)

status_lease = Table(
    "status_lease",
    metadata,
    Column("status_list_id", Uuid),
    Column("first", Integer, autoincrement=False),
    _required("size", Integer),
    _required("owner", Text),
    PrimaryKeyConstraint("status_list_id", "first"),
    ForeignKeyConstraint(["status_list_id"], ["status_list.id"]),
)

credential = Table(
    "credential",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("revision", Integer),
    _required("issuer_id", Uuid),
    _required("audience", _one_of(Audience, "audience")),
    Column("holder", Text),
    Column("public_token", Text),
    _required("state", _one_of(CredentialState, "state")),
    Column("lease_until", Instant),
    _required("valid_from", Instant),
    Column("valid_until", Instant),
    _required("status_list_id", Uuid),
    _required("status_index", Integer),
    _required("created_at", Instant),
    UniqueConstraint("public_token"),
    UniqueConstraint("status_list_id", "status_index"),
    UniqueConstraint("awarding_body_id", "award_id", "id"),
    _of_awarding_body("award_id", to="award.id"),
    _of_awarding_body("issuer_id", "status_list_id", to="status_list.issuer_id,id"),
    ForeignKeyConstraint(["award_id", "revision"], ["award_revision.award_id", "award_revision.revision"]),
    CheckConstraint("(state = 'prepared') = (lease_until IS NOT NULL)", name="prepared_is_leased"),
    CheckConstraint("status_index >= 0", name="status_index_counts"),
    Index(None, "awarding_body_id", "created_at", "id"),
    Index(
        "ix_credential_lease",
        "lease_until",
        sqlite_where=text("state = 'prepared'"),
        postgresql_where=text("state = 'prepared'"),
    ),
)

secured_form = Table(
    "secured_form",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("credential_id", Uuid),
    _required("form", Text),
    _required("level", Text),
    _encrypted("payload"),
    _encrypted("content", nullable=True),  # `bytes` in the design: the signed bytes, as they leave
    _required("media_type", Text),
    Column("sha256", LargeBinary),
    Column("signed_at", Instant),
    _required("state", _one_of(FormState, "state")),
    _required("created_at", Instant),
    UniqueConstraint("credential_id", "form", "level"),
    ForeignKeyConstraint(
        ["awarding_body_id", "award_id", "credential_id"],
        ["credential.awarding_body_id", "credential.award_id", "credential.id"],
    ),
    CheckConstraint(
        "(state = 'ready') = (content IS NOT NULL AND sha256 IS NOT NULL AND signed_at IS NOT NULL)",
        name="ready_is_whole",
    ),
)

form_signature = Table(  # a proof set has several keys; losing any of them concerns the form
    "form_signature",
    metadata,
    Column("secured_form_id", Uuid),
    Column("signing_key_id", Uuid),
    PrimaryKeyConstraint("secured_form_id", "signing_key_id"),
    ForeignKeyConstraint(["secured_form_id"], ["secured_form.id"]),
    ForeignKeyConstraint(["signing_key_id"], ["signing_key.id"]),
    Index(None, "signing_key_id"),
)

status_event = Table(
    "status_event",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    Column("revision", Integer),  # null with a null credential_id: the whole award
    Column("credential_id", Uuid),  # one copy
    _required("change", _one_of(StatusChange, "change")),
    _required("reason", Text),
    _required("actor", Text),
    _required("at", Instant),
    _of_awarding_body("award_id", to="award.id"),
    ForeignKeyConstraint(["award_id", "revision"], ["award_revision.award_id", "award_revision.revision"]),
    ForeignKeyConstraint(
        ["awarding_body_id", "award_id", "credential_id"],
        ["credential.awarding_body_id", "credential.award_id", "credential.id"],
    ),
    CheckConstraint("revision IS NULL OR credential_id IS NULL", name="one_scope"),
    Index(None, "award_id", "id"),
)

published_list = Table(
    "published_list",
    metadata,
    Column("status_list_id", Uuid),
    Column("view", Text),
    _required("version", BigInteger),
    _required("content", LargeBinary),
    _required("etag", Text),
    _required("valid_from", Instant),
    _required("valid_until", Instant),
    PrimaryKeyConstraint("status_list_id", "view"),
    ForeignKeyConstraint(["status_list_id"], ["status_list.id"]),
)

credential_offer = Table(  # what a wallet is handed; the secrets in it are nowhere here, only digests of them
    "credential_offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("credential_id", Uuid),  # the public copy that was named when the offer was made
    Column("claim_link_id", Uuid),
    _required("reference_sha256", LargeBinary),
    _required("code_sha256", LargeBinary),
    Column("transaction_code_mac", LargeBinary),  # keyed by the code, which is not here: nobody tries out its digits
    _required("guesses_left", Integer),
    _required("configurations", Text),  # separated by blanks
    _required("created_at", Instant),
    _required("expires_at", Instant),
    Column("withdrawn_at", Instant),
    Column("redeemed_at", Instant),
    UniqueConstraint("reference_sha256"),
    UniqueConstraint("code_sha256"),
    UniqueConstraint("awarding_body_id", "award_id", "id"),
    ForeignKeyConstraint(
        ["awarding_body_id", "award_id", "credential_id"],
        ["credential.awarding_body_id", "credential.award_id", "credential.id"],
    ),
    CheckConstraint("guesses_left >= 0", name="guesses_count"),
    Index(None, "awarding_body_id", "credential_id", "created_at"),
    Index(None, "claim_link_id"),
)

access_grant = Table(  # one for each offer that was redeemed: the constraint says it too
    "access_grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("offer_id", Uuid),
    _required("token_sha256", LargeBinary),
    Column("dpop_thumbprint", Text),
    _required("by_identifier", Boolean),  # the wallet asked for, and so has to use, credential identifiers
    _required("created_at", Instant),
    _required("expires_at", Instant),
    UniqueConstraint("offer_id"),
    UniqueConstraint("token_sha256"),
    UniqueConstraint("awarding_body_id", "award_id", "id"),
    _of_awarding_body("award_id", "offer_id", to="credential_offer.award_id,id"),
)

delivery = Table(  # what one access token got of one configuration, once
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("grant_id", Uuid),
    _required("configuration", Text),
    _required("holders_sha256", LargeBinary),  # of the keys that it was bound to: a repetition shows the same ones
    Column("transaction_id", Uuid),  # while the wallet has to come back for it
    Column("notified", Text),
    _required("created_at", Instant),
    UniqueConstraint("grant_id", "configuration"),
    UniqueConstraint("transaction_id"),
    UniqueConstraint("awarding_body_id", "award_id", "id"),
    _of_awarding_body("award_id", "grant_id", to="access_grant.award_id,id"),
)

delivered_copy = Table(  # the copies of one delivery, in the order of the keys
    "delivered_copy",
    metadata,
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    Column("delivery_id", Uuid),
    Column("place", Integer, autoincrement=False),
    _required("credential_id", Uuid),
    PrimaryKeyConstraint("delivery_id", "place"),
    UniqueConstraint("credential_id"),
    _of_awarding_body("award_id", "delivery_id", to="delivery.award_id,id"),
    _of_awarding_body("award_id", "credential_id", to="credential.award_id,id"),
)

consumed_once = Table(  # nonces and identifiers of proofs that were used; forgotten when they would be refused anyway
    "consumed_once",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    _required("expires_at", Instant),
    Index(None, "expires_at"),
)

presentation_answer = Table(  # what a wallet answered the open verifier, sealed under a key that is nowhere here
    "presentation_answer",
    metadata,
    Column("request_sha256", LargeBinary, primary_key=True),
    _required("sealed", LargeBinary),
    _required("expires_at", Instant),
    Index(None, "expires_at"),
)

logo = Table(  # owner: the slug of an awarding body, or "alliance"
    "logo",
    metadata,
    Column("owner", Text, primary_key=True),
    _required("content", LargeBinary),  # the image as it leaves
    _required("sha256", LargeBinary),
    _required("changed_at", Instant),
)

trust_list = Table(  # every version that this deployment published
    "trust_list",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    _required("content", LargeBinary),  # the signed bytes
    _required("claims_sha256", LargeBinary),  # digest of what it says about members and keys
    _required("published_at", Instant),
    _required("valid_until", Instant),
    CheckConstraint("version >= 1", name="version_counts"),
)

x509_certificate = Table(
    "x509_certificate",
    metadata,
    Column("signing_key_id", Uuid, primary_key=True),
    _required("chain", LargeBinary),  # PEM, the sealing certificate first
    _required("organization_identifier", Text),
    _required("not_before", Instant),
    _required("not_after", Instant),
    _required("enrolled_at", Instant),
    ForeignKeyConstraint(["signing_key_id"], ["signing_key.id"]),
)

imported_trust_list = Table(  # the newest that came from each other deployment
    "imported_trust_list",
    metadata,
    Column("signer", Text, primary_key=True),
    _required("version", Integer),
    _required("content", LargeBinary),
    _required("imported_at", Instant),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("awarding_body_id", Uuid),
    Column("key", Text),
    _required("request_sha256", LargeBinary),
    Column("credential_id", Uuid),
    Column("status", Integer),  # null: still in flight
    _encrypted("answer", nullable=True),
    _required("created_at", Instant),
    Column("lease_until", Instant),
    PrimaryKeyConstraint("awarding_body_id", "key"),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    CheckConstraint("(status IS NULL) = (lease_until IS NOT NULL)", name="in_flight_is_leased"),
    CheckConstraint("(status IS NULL) = (answer IS NULL)", name="finished_is_answered"),
    Index(None, "created_at"),
)

event = Table(
    "event",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("awarding_body_id", Uuid),  # null: about the deployment itself, such as a ceremony for the service's key
    _required("at", Instant),
    _required("actor", Text),
    _required("kind", Text),
    _required("subject", Text),
    _required("body", LargeBinary),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    Index(None, "awarding_body_id", "subject", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("kind", Text),
    _required("subject_id", Uuid),
    _required("due_at", Instant),
    _required("attempts", Integer),
    Column("problem", Text),  # the code of what the last attempt failed of
    Column("done_at", Instant),
    ForeignKeyConstraint(["awarding_body_id"], ["awarding_body.id"]),
    Index(
        "uq_outbox_open",
        "kind",
        "subject_id",
        unique=True,
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    Index(
        "ix_outbox_due",
        "due_at",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
)

claim_link = Table(  # what a learner is sent: it leads to a page that makes offers
    "claim_link",
    metadata,
    Column("id", Uuid, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    _required("token_sha256", LargeBinary),
    _encrypted("token"),  # to show the link again to the awarding body
    _required("check", Text),
    _encrypted("code", nullable=True),  # what the learner is asked for, where that is a code
    _required("transaction_code", Boolean),
    _required("most_claims", Integer),
    _required("guesses_left", Integer),
    _required("created_at", Instant),
    _required("renewed_at", Instant),  # what was claimed before is not counted
    _required("expires_at", Instant),
    Column("withdrawn_at", Instant),
    UniqueConstraint("token_sha256"),
    UniqueConstraint("awarding_body_id", "award_id", "id"),
    _of_awarding_body("award_id", to="award.id"),
    CheckConstraint("guesses_left >= 0", name="guesses_count"),
    CheckConstraint("most_claims >= 1", name="claims_count"),
    Index(
        "uq_claim_link_open",
        "award_id",
        unique=True,
        sqlite_where=text("withdrawn_at IS NULL"),
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    Index(None, "award_id"),
)

wallet_event = Table(  # what wallets did with an offer; outlives offers, which are forgotten soon after they end
    "wallet_event",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    _required("awarding_body_id", Uuid),
    _required("award_id", Uuid),
    Column("offer_id", Uuid),
    Column("claim_link_id", Uuid),
    _required("at", Instant),
    _required("kind", Text),
    Column("cause", Text),
    _required("facts", LargeBinary),  # canonical JSON of a closed list of members, no personal data
    _of_awarding_body("award_id", to="award.id"),
    CheckConstraint("offer_id IS NOT NULL OR claim_link_id IS NOT NULL", name="of_something"),
    Index(None, "awarding_body_id", "id"),
    Index(None, "offer_id"),
    Index(None, "claim_link_id"),
    Index(None, "award_id"),
    Index(None, "at"),
)
