"""Who asks for somebody else, and what else a visitor wants staff to know."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the release before this one does not miss."""
    op.add_column("leads", sa.Column("asked_by", sa.Text(), nullable=True))
    op.add_column("leads", sa.Column("remarks", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("leads", "remarks")
    op.drop_column("leads", "asked_by")
