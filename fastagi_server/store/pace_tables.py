"""The tables by which engines share their limits: whose pulse moves, and who has how much of what."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Double, Integer, Table, Text

from fastagi_server.store.schema import metadata

pace_engine = Table(
    "pace_engine",
    metadata,
    Column("run", Text, primary_key=True),
    Column("engine", Text, nullable=False),
    Column("pulse", Integer, nullable=False),
)

# No reference to `pace_engine`: a share of a run that is not there is nobody's, and is passed over.
pace_share = Table(
    "pace_share",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("run", Text, primary_key=True),
    Column("cps", Double, nullable=False),
    Column("share", Integer, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    CheckConstraint("share >= 0", name="share"),
    CheckConstraint("wanted >= 0", name="wanted"),
)
