"""Caller IDs with their uses, campaigns with their contacts, and which engine drives a call."""

# A call's new columns are added, not built anew with their table: adding is instant however many calls
# there are, and no row is touched.

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CAMPAIGN_STATES = ("ready", "running", "stopped", "done")
CONTACT_STATES = ("queued", "dialing", "done", "refused")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    """Add the columns, the six tables and their indexes."""
    op.add_column("call", sa.Column("engine", sa.Text, server_default="", nullable=False))
    op.add_column("call", sa.Column("contact", sa.Integer))
    op.add_column("call", sa.Column("attempt", sa.Integer, server_default=sa.text("1"), nullable=False))
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_call_open_number", "call", ["number"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index("ix_call_campaign", "call", ["campaign", "call_id"])
    _create_did()
    _create_did_orders()
    _create_campaign()
    _create_contact()


def _create_did() -> None:
    op.create_table(
        "did",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("lab", sa.Boolean, nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.Column("retired_at", sa.Double),
        sa.CheckConstraint("number LIKE '+%'", name=op.f("ck_did_number")),
        sa.PrimaryKeyConstraint("number", "country", name=op.f("pk_did")),
    )
    op.create_table(
        "did_use",
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.CheckConstraint("uses >= 1", name=op.f("ck_did_use_uses")),
        sa.PrimaryKeyConstraint("country", "period", "number", name=op.f("pk_did_use")),
    )


def _create_did_orders() -> None:
    op.create_table(
        "did_limit",
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("cap", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.CheckConstraint("cap >= 0", name=op.f("ck_did_limit_cap")),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_did_limit")),
    )
    op.create_table(
        "did_reset",
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_did_reset_serial")),
        sa.PrimaryKeyConstraint("country", "day", "serial", name=op.f("pk_did_reset")),
    )


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("cps", sa.Double, nullable=False),
        sa.Column("concurrency", sa.Integer, nullable=False),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("retry_seconds", sa.Integer, nullable=False),
        sa.Column("lab", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.CheckConstraint(_one_of("state", CAMPAIGN_STATES), name=op.f("ck_campaign_state")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaign")),
    )


def _create_contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("call_id", sa.String(26)),
        sa.Column("why", sa.Text, nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_contact_attempts")),
        sa.CheckConstraint("(state = 'dialing') = (call_id IS NOT NULL)", name=op.f("ck_contact_dialing")),
        sa.CheckConstraint(_one_of("state", CONTACT_STATES), name=op.f("ck_contact_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.name"], name=op.f("fk_contact_campaign")),
        sqlite_autoincrement=True,
    )
    kept, queued = sa.text("state <> 'refused'"), sa.text("state = 'queued'")
    op.create_index(
        "ix_contact_number",
        "contact",
        ["campaign", "number"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_index(
        "ix_contact_due",
        "contact",
        ["campaign", "country", "due_at", "id"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    dialing = sa.text("state = 'dialing'")
    op.create_index(
        "ix_contact_dialing", "contact", ["campaign"], sqlite_where=dialing, postgresql_where=dialing
    )
