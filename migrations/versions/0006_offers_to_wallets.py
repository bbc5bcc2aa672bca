"""Offers to wallets, what they were redeemed for and what was delivered.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "consumed_once",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_consumed_once")),
    )
    op.create_index(op.f("ix_consumed_once_expires_at"), "consumed_once", ["expires_at"], unique=False)
    op.create_table(
        "credential_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("claim_link_id", sa.Uuid(), nullable=True),
        sa.Column("reference_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("transaction_code_mac", sa.LargeBinary(), nullable=True),
        sa.Column("guesses_left", sa.Integer(), nullable=False),
        sa.Column("configurations", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("guesses_left >= 0", name=op.f("ck_credential_offer_guesses_count")),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id", "credential_id"],
            ["credential.awarding_body_id", "credential.award_id", "credential.id"],
            name=op.f("fk_credential_offer_awarding_body_id_award_id_credential_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_offer")),
        sa.UniqueConstraint(
            "awarding_body_id", "award_id", "id", name=op.f("uq_credential_offer_awarding_body_id_award_id_id")
        ),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_credential_offer_code_sha256")),
        sa.UniqueConstraint("reference_sha256", name=op.f("uq_credential_offer_reference_sha256")),
    )
    op.create_index(
        op.f("ix_credential_offer_awarding_body_id_credential_id_created_at"),
        "credential_offer",
        ["awarding_body_id", "credential_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_credential_offer_claim_link_id"), "credential_offer", ["claim_link_id"], unique=False)
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("dpop_thumbprint", sa.Text(), nullable=True),
        sa.Column("by_identifier", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id", "offer_id"],
            ["credential_offer.awarding_body_id", "credential_offer.award_id", "credential_offer.id"],
            name=op.f("fk_access_grant_awarding_body_id_award_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint(
            "awarding_body_id", "award_id", "id", name=op.f("uq_access_grant_awarding_body_id_award_id_id")
        ),
        sa.UniqueConstraint("offer_id", name=op.f("uq_access_grant_offer_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_access_grant_token_sha256")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("configuration", sa.Text(), nullable=False),
        sa.Column("holders_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("notified", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id", "grant_id"],
            ["access_grant.awarding_body_id", "access_grant.award_id", "access_grant.id"],
            name=op.f("fk_delivery_awarding_body_id_award_id_grant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "awarding_body_id", "award_id", "id", name=op.f("uq_delivery_awarding_body_id_award_id_id")
        ),
        sa.UniqueConstraint("grant_id", "configuration", name=op.f("uq_delivery_grant_id_configuration")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_delivery_transaction_id")),
    )
    op.create_table(
        "delivered_copy",
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id", "credential_id"],
            ["credential.awarding_body_id", "credential.award_id", "credential.id"],
            name=op.f("fk_delivered_copy_awarding_body_id_award_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id", "delivery_id"],
            ["delivery.awarding_body_id", "delivery.award_id", "delivery.id"],
            name=op.f("fk_delivered_copy_awarding_body_id_award_id_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", "place", name=op.f("pk_delivered_copy")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_delivered_copy_credential_id")),
    )


def downgrade() -> None:
    op.drop_table("delivered_copy")
    op.drop_table("delivery")
    op.drop_table("access_grant")
    op.drop_index(op.f("ix_credential_offer_claim_link_id"), table_name="credential_offer")
    op.drop_index(op.f("ix_credential_offer_awarding_body_id_credential_id_created_at"), table_name="credential_offer")
    op.drop_table("credential_offer")
    op.drop_index(op.f("ix_consumed_once_expires_at"), table_name="consumed_once")
    op.drop_table("consumed_once")
