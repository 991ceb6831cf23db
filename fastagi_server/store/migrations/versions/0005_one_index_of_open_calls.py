"""One index of the open calls, by number: each call enters and leaves it, and it serves both questions."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the one by call id."""
    op.drop_index("ix_call_open", "call")
