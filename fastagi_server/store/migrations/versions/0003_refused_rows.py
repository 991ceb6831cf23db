"""Where a row of a list stood, and the way to the refused ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, which is instant, and the index."""
    op.add_column("contact", sa.Column("line", sa.Integer))
    refused = sa.text("state = 'refused'")
    op.create_index(
        "ix_contact_refused",
        "contact",
        ["campaign", "id"],
        sqlite_where=refused,
        postgresql_where=refused,
    )
