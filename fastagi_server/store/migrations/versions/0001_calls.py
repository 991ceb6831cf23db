"""The first schema: calls, their digits, and the list of those who must not be called."""

# The number leads the file's name because Alembic reads the folder, and people read it in order. Nothing is
# imported from tables.py: a migration stays what it was while the tables move on.

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATES = ("begun", "ordered", "dialing", "ringing", "answered", "listening", "connected", "ended")
DISPOSITIONS = (
    "connected",
    "opted_out",
    "machine",
    "no_key",
    "hung_up",
    "busy",
    "no_answer",
    "rejected",
    "blocked",
    "congested",
    "invalid_number",
    "failed",
    "refused",
    "cancelled",
    "unknown",
)
VERDICTS = ("HUMAN", "MACHINE", "NOTSURE", "HANGUP", "NONE")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    """Create the three tables and their indexes."""
    _create_call()
    op.create_table(
        "digit",
        sa.Column("call_id", sa.String(26), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("digit", sa.String(1), nullable=False),
        sa.Column("begun_at", sa.Double),
        sa.Column("ended_at", sa.Double, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.CheckConstraint("length(digit) = 1", name=op.f("ck_digit_digit")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_digit_n")),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_digit_duration_ms")),
        sa.PrimaryKeyConstraint("call_id", "n", name=op.f("pk_digit")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.call_id"], name=op.f("fk_digit_call_id"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "optout",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("call_id", sa.String(26)),
        sa.Column("digit", sa.String(1)),
        sa.CheckConstraint("number LIKE '+%'", name=op.f("ck_optout_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optout")),
        sa.UniqueConstraint("number", "call_id", "digit", "source", name=op.f("uq_optout_evidence")),
    )
    op.create_index("ix_optout_number", "optout", ["number"])


def _create_call() -> None:
    op.create_table(
        "call",
        sa.Column("call_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("callerid", sa.Text, nullable=False),
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("planned_at", sa.Double, nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("disposition", sa.String(20)),
        sa.Column("ordered_at", sa.Double),
        sa.Column("accepted_at", sa.Double),
        sa.Column("dialed_at", sa.Double),
        sa.Column("ringing_at", sa.Double),
        sa.Column("answered_at", sa.Double),
        sa.Column("amd_at", sa.Double),
        sa.Column("amd_verdict", sa.String(20)),
        sa.Column("amd_cause", sa.Text),
        sa.Column("key", sa.String(1)),
        sa.Column("key_at", sa.Double),
        sa.Column("optout_at", sa.Double),
        sa.Column("connected_at", sa.Double),
        sa.Column("left_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("cause", sa.Integer),
        sa.Column("sip_code", sa.Integer),
        sa.Column("sip_reason", sa.Text),
        sa.Column("why", sa.Text),
        sa.CheckConstraint("length(call_id) = 26", name=op.f("ck_call_call_id")),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_call_ended_state")),
        sa.CheckConstraint(
            "(disposition IS NULL) = (ended_at IS NULL)", name=op.f("ck_call_ended_disposition")
        ),
        sa.CheckConstraint("length(key) = 1", name=op.f("ck_call_key")),
        sa.CheckConstraint(_one_of("state", STATES), name=op.f("ck_call_state")),
        sa.CheckConstraint(_one_of("disposition", DISPOSITIONS), name=op.f("ck_call_disposition")),
        sa.CheckConstraint(_one_of("amd_verdict", VERDICTS), name=op.f("ck_call_amd_verdict")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_number", "call", ["number"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index("ix_call_open", "call", ["call_id"], sqlite_where=still_open, postgresql_where=still_open)
