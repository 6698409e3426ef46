"""Several processes: whose turn it is, and a memory that Rasa's workers share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RUNS = sa.text("turn_until IS NOT NULL")


def upgrade() -> None:
    """Add what the release before this one does not miss."""
    op.add_column("messages", sa.Column("turn_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_messages_turn", "messages", ["conversation_id", "seq"], postgresql_where=RUNS, sqlite_where=RUNS
    )
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("trackers")
    op.drop_index("ix_messages_turn", "messages")
    op.drop_column("messages", "turn_until")
