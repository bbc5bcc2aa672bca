"""Trust lists: those that this deployment publishes, which are kept as they are, and those that it imported.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def keep_published() -> None:
    """Refuse UPDATE, DELETE and TRUNCATE of what was published once."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_trust_list_{change.lower()} BEFORE {change} ON trust_list "
                "BEGIN SELECT RAISE(ABORT, 'append-only: trust_list'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER keep_trust_list BEFORE UPDATE OR DELETE ON trust_list "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER keep_trust_list_whole BEFORE TRUNCATE ON trust_list "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.create_table(
        "trust_list",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("claims_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_trust_list_version_counts")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_trust_list")),
    )
    op.create_table(
        "imported_trust_list",
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signer", name=op.f("pk_imported_trust_list")),
    )
    keep_published()


def downgrade() -> None:
    op.drop_table("imported_trust_list")
    op.drop_table("trust_list")
