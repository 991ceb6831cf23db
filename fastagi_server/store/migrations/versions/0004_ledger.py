"""Leases and rests of caller IDs, tidings and notices, and one open call a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = ("rest", "quarantine")
# An older program could leave two calls to one number open when it was killed; only the newest may stay so.
# Nobody knows what became of the others, so their contacts are done, as after any call that is unknown.
_CLOSE = (
    "UPDATE call SET state = 'ended', ended_at = begun_at, disposition = 'unknown', "
    "why = 'another call to the number was open' WHERE ended_at IS NULL AND EXISTS ("
    "SELECT 1 FROM call AS newer WHERE newer.number = call.number AND newer.ended_at IS NULL "
    "AND newer.call_id > call.call_id)"
)
_FREE = (
    "UPDATE contact SET state = 'done', call_id = NULL, why = 'unknown' WHERE state = 'dialing' "
    "AND EXISTS (SELECT 1 FROM call WHERE call.call_id = contact.call_id "
    "AND call.why = 'another call to the number was open')"
)


def upgrade() -> None:
    """Add the columns, which is instant, the tables and the index."""
    op.add_column("call", sa.Column("callerid_why", sa.Text))
    op.add_column("contact", sa.Column("callerid", sa.Text, server_default="", nullable=False))
    op.add_column("optout", sa.Column("who", sa.Text, server_default="", nullable=False))
    op.add_column("optout", sa.Column("why", sa.Text, server_default="", nullable=False))
    _open_one_call_a_number()
    _create_did_orders()
    _create_tidings()


def _open_one_call_a_number() -> None:
    op.execute(_CLOSE)
    op.execute(_FREE)
    still_open = sa.text("ended_at IS NULL")
    op.drop_index("ix_call_open_number", "call")
    op.create_index(
        "uq_call_open_number",
        "call",
        ["number"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _create_did_orders() -> None:
    op.create_table(
        "did_lease",
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_did_lease_uses")),
        sa.PrimaryKeyConstraint("engine", "country", "period", "number", name=op.f("pk_did_lease")),
    )
    op.create_table(
        "did_rest",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("until", sa.Double),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name=op.f("ck_did_rest_kind")),
        sa.PrimaryKeyConstraint("number", "country", name=op.f("pk_did_rest")),
    )


def _create_tidings() -> None:
    op.create_table(
        "tiding",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiding")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
        sqlite_autoincrement=True,
    )
