"""The tables of the caller IDs that we own: what was used, what is reserved, what an operator ordered."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Double, Integer, String, Table, Text

from fastagi_server.store.schema import metadata, words
from fastagi_server.telephony.did import RestKind

did = Table(
    "did",
    metadata,
    Column("number", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("note", Text, nullable=False),
    Column("lab", Boolean, nullable=False),
    Column("added_at", Double, nullable=False),
    Column("retired_at", Double),
    CheckConstraint("number LIKE '+%'", name="number"),
)

# No reference to `did`: what was used stays counted, whatever becomes of the number.
did_use = Table(
    "did_use",
    metadata,
    Column("country", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("uses", Integer, nullable=False),
    Column("last_at", Double, nullable=False),
    CheckConstraint("uses >= 1", name="uses"),
)

# Uses that `did_use` has counted and no call has taken yet: one engine's, given back when it dies.
did_lease = Table(
    "did_lease",
    metadata,
    Column("engine", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("uses", Integer, nullable=False),
    CheckConstraint("uses >= 0", name="uses"),
)

# A number that is ours and is not shown for a while; `until` is NULL where only an operator lifts it.
did_rest = Table(
    "did_rest",
    metadata,
    Column("number", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("kind", words(RestKind, "kind"), nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
)

did_limit = Table(
    "did_limit",
    metadata,
    Column("country", Text, primary_key=True),
    Column("cap", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Double, nullable=False),
    CheckConstraint("cap >= 0", name="cap"),
)

did_reset = Table(
    "did_reset",
    metadata,
    Column("country", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Double, nullable=False),
    CheckConstraint("serial >= 1", name="serial"),
)
