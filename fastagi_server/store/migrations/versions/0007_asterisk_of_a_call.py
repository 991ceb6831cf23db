"""Which Asterisk carried each call: one engine may drive several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of the calls before nobody knows."""
    op.add_column("call", sa.Column("asterisk", sa.Text()))
