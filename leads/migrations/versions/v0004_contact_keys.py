"""A request left in the contact form is known again by the key it was sent with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the release before this one does not miss."""
    op.add_column("leads", sa.Column("left_with", sa.String(length=64), nullable=True))
    op.create_index("ix_leads_left_with", "leads", ["left_with"], unique=True)


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_leads_left_with", "leads")
    op.drop_column("leads", "left_with")
