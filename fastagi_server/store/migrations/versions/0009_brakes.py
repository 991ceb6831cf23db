"""Brakes that stand over a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "brake",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("operator", sa.Boolean, nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", "reason", "engine", name=op.f("pk_brake")),
    )
