"""Claim links: what a learner is sent.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "claim_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("transaction_code", sa.Boolean(), nullable=False),
        sa.Column("most_claims", sa.Integer(), nullable=False),
        sa.Column("guesses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("guesses_left >= 0", name=op.f("ck_claim_link_guesses_count")),
        sa.CheckConstraint("most_claims >= 1", name=op.f("ck_claim_link_claims_count")),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id"],
            ["award.awarding_body_id", "award.id"],
            name=op.f("fk_claim_link_awarding_body_id_award_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_claim_link_token_sha256")),
        sa.UniqueConstraint(
            "awarding_body_id", "award_id", "id", name=op.f("uq_claim_link_awarding_body_id_award_id_id")
        ),
    )
    op.create_index(op.f("ix_claim_link_award_id"), "claim_link", ["award_id"])
    op.create_index(
        "uq_claim_link_open",
        "claim_link",
        ["award_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("claim_link")
