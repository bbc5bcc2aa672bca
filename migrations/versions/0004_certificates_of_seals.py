"""Certificates of seals.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "x509_certificate",
        sa.Column("signing_key_id", sa.Uuid(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("organization_identifier", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["signing_key_id"], ["signing_key.id"], name=op.f("fk_x509_certificate_signing_key_id_signing_key")
        ),
        sa.PrimaryKeyConstraint("signing_key_id", name=op.f("pk_x509_certificate")),
    )


def downgrade() -> None:
    op.drop_table("x509_certificate")
