"""Webhooks, API keys, recordings; personas become resources; more is known of a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW = "id, document, created_at, updated_at"


def upgrade() -> None:
    """Make the new tables, move the personas."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("require_auth", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("details", sa.JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("ended_at", sa.DateTime))
        table.add_column(sa.Column("deleted_at", sa.DateTime))
    with op.batch_alter_table("resources") as table:
        table.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        table.drop_index("ix_resources_kind")
        table.drop_index("ix_resources_created_at")
        table.create_index("resources_in_order", ["kind", "created_at", "id"])
    op.execute(f"INSERT INTO resources ({ROW}, kind) SELECT {ROW}, 'persona' FROM personas")
    op.drop_table("personas")
    op.create_table(
        "webhooks",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column(
            "conversation_id",
            sa.String(64),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("event_type", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime, nullable=False),
        sa.Column("delivered_at", sa.DateTime),
    )
    op.create_index("webhooks_due", "webhooks", ["state", "next_attempt_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "webhook_number",
            sa.Integer,
            sa.ForeignKey("webhooks.number", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("last_used_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(64),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("storage_provider", sa.String(32), nullable=False),
        sa.Column("bucket_name", sa.Text, nullable=False),
        sa.Column("s3_key", sa.Text, nullable=False),
        sa.Column("storage_uri", sa.Text, nullable=False),
        sa.Column("duration", sa.Float, nullable=False),
        sa.Column("error_code", sa.Text, nullable=False),
        sa.Column("error_message", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop the new tables, move the personas back; what is neither a persona nor steers one goes."""
    for name in ("recordings", "api_keys", "webhook_attempts", "webhooks"):
        op.drop_table(name)
    op.create_table(
        "personas",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False, index=True),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )
    op.execute(f"INSERT INTO personas ({ROW}) SELECT {ROW} FROM resources WHERE kind = 'persona'")
    op.execute("DELETE FROM resources WHERE kind NOT IN ('objectives', 'guardrail', 'guardrail_set')")
    with op.batch_alter_table("resources") as table:
        table.drop_index("resources_in_order")
        table.drop_column("version")
        table.create_index("ix_resources_kind", ["kind"])
        table.create_index("ix_resources_created_at", ["created_at"])
    with op.batch_alter_table("conversations") as table:
        for column in ("deleted_at", "ended_at", "details", "require_auth"):
            table.drop_column(column)
