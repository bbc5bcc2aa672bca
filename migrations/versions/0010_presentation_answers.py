"""What wallets answered to questions of the open verifier, for the minutes in which somebody looks.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "presentation_answer",
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_sha256", name=op.f("pk_presentation_answer")),
    )
    op.create_index(op.f("ix_presentation_answer_expires_at"), "presentation_answer", ["expires_at"])


def downgrade() -> None:
    op.drop_table("presentation_answer")
