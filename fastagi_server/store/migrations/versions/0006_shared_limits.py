"""Engines on one store share their limits: whose pulse moves, and who has how much of what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "pace_engine",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("pulse", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_pace_engine"),
    )
    op.create_table(
        "pace_share",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("cps", sa.Double, nullable=False),
        sa.Column("share", sa.Integer, nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", "run", name="pk_pace_share"),
        sa.CheckConstraint("share >= 0", name=op.f("ck_pace_share_share")),
        sa.CheckConstraint("wanted >= 0", name=op.f("ck_pace_share_wanted")),
    )
