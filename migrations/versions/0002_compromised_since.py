"""Since when a revoked key may have been in other hands.

Works with the code before: the column may be empty, and that code neither reads nor writes it. Keys that are revoked
already count as compromised since their revocation, which is what their DID documents say.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    # In one step on both databases: SQLite would have to copy the table to add the check afterwards.
    kind = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        f"ALTER TABLE signing_key ADD COLUMN compromised_since {kind} "
        "CONSTRAINT ck_signing_key_compromised_before_revoked "
        "CHECK (compromised_since IS NULL OR compromised_since <= revoked_at)"
    )
    op.execute("UPDATE signing_key SET compromised_since = revoked_at WHERE state = 'revoked'")


def downgrade() -> None:
    op.drop_column("signing_key", "compromised_since")
