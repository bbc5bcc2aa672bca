"""What wallets did with an offer: the flight recorder.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "wallet_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("awarding_body_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("claim_link_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "offer_id IS NOT NULL OR claim_link_id IS NOT NULL", name=op.f("ck_wallet_event_of_something")
        ),
        sa.ForeignKeyConstraint(
            ["awarding_body_id", "award_id"],
            ["award.awarding_body_id", "award.id"],
            name=op.f("fk_wallet_event_awarding_body_id_award_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_event")),
    )
    op.create_index(op.f("ix_wallet_event_awarding_body_id_id"), "wallet_event", ["awarding_body_id", "id"])
    for column in ("offer_id", "claim_link_id", "award_id", "at"):
        op.create_index(op.f(f"ix_wallet_event_{column}"), "wallet_event", [column])


def downgrade() -> None:
    op.drop_table("wallet_event")
