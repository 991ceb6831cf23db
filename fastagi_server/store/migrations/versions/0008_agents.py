"""When a callee was sent to a queue, and when the agent who took the call began to ring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which is instant, and an index that is empty at first."""
    op.add_column("call", sa.Column("queued_at", sa.Double))
    op.add_column("call", sa.Column("agent_at", sa.Double))
    queued = sa.text("queued_at IS NOT NULL")
    op.create_index("ix_call_queued", "call", ["queued_at"], sqlite_where=queued, postgresql_where=queued)
