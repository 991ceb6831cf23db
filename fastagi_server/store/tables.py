"""The tables, as they are at head. The migrations lead here; a test compares.

Instants are doubles holding Unix seconds, as in telephony.record: what is read equals to the last bit what
was written (so a repeated digit is recognised), and a double tells today's instants to a quarter of a
microsecond. Whole microseconds would need rounding at every door and gain nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from fastagi_server.store.did_tables import did, did_lease, did_limit, did_reset, did_rest, did_use
from fastagi_server.store.pace_tables import pace_engine, pace_share
from fastagi_server.store.schema import metadata, words
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.call_id import LENGTH
from fastagi_server.telephony.campaign import CampaignState, ContactState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import State

__all__ = [
    "DIALING",
    "KEPT",
    "QUEUED",
    "REFUSED",
    "brake",
    "call",
    "campaign",
    "contact",
    "did",
    "did_lease",
    "did_limit",
    "did_reset",
    "did_rest",
    "did_use",
    "digit",
    "metadata",
    "notice",
    "optout",
    "pace_engine",
    "pace_share",
    "tiding",
]

call = Table(
    "call",
    metadata,
    Column("call_id", String(LENGTH), primary_key=True),
    Column("number", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("callerid", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("state", words(State, "state"), nullable=False),
    Column("planned_at", Double, nullable=False),
    Column("begun_at", Double, nullable=False),
    Column("disposition", words(Disposition, "disposition")),
    Column("ordered_at", Double),
    Column("accepted_at", Double),
    Column("dialed_at", Double),
    Column("ringing_at", Double),
    Column("answered_at", Double),
    Column("amd_at", Double),
    Column("amd_verdict", words(Verdict, "amd_verdict")),
    Column("amd_cause", Text),
    Column("key", String(1)),
    Column("key_at", Double),
    Column("optout_at", Double),
    Column("connected_at", Double),
    Column("left_at", Double),
    Column("ended_at", Double),
    Column("cause", Integer),
    Column("sip_code", Integer),
    Column("sip_reason", Text),
    Column("why", Text),
    # Added by a migration, so they stand at the end and old rows need a value.
    Column("engine", Text, server_default="", nullable=False),
    Column("contact", Integer),
    Column("attempt", Integer, server_default=text("1"), nullable=False),
    Column("callerid_why", Text),
    # Null where nobody knows: its Originate was written by a run that was killed before it could tell.
    Column("asterisk", Text),
    Column("queued_at", Double),
    Column("agent_at", Double),
    CheckConstraint(f"length(call_id) = {LENGTH}", name="call_id"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_state"),
    CheckConstraint("(disposition IS NULL) = (ended_at IS NULL)", name="ended_disposition"),
    CheckConstraint("length(key) = 1", name="key"),
)

Index("ix_call_number", call.c.number)
# One call a number at a time, whoever orders it: between two engines no look beforehand can promise that.
Index(
    "uq_call_open_number",
    call.c.number,
    unique=True,
    sqlite_where=call.c.ended_at.is_(None),
    postgresql_where=call.c.ended_at.is_(None),
)
Index("ix_call_campaign", call.c.campaign, call.c.call_id)
# Few calls ever come to a queue: who was abandoned in thirty days is found without the others.
Index(
    "ix_call_queued",
    call.c.queued_at,
    sqlite_where=call.c.queued_at.is_not(None),
    postgresql_where=call.c.queued_at.is_not(None),
)

digit = Table(
    "digit",
    metadata,
    Column("call_id", String(LENGTH), ForeignKey("call.call_id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("digit", String(1), nullable=False),
    Column("begun_at", Double),
    Column("ended_at", Double, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    CheckConstraint("length(digit) = 1", name="digit"),
    CheckConstraint("n >= 1", name="n"),
    CheckConstraint("duration_ms >= 0", name="duration_ms"),
)

# The call is not a foreign key: evidence outlives the records, and a 9 that Asterisk kept while we were
# away counts even if its call is unknown here.
optout = Table(
    "optout",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("source", Text, nullable=False),
    Column("call_id", String(LENGTH)),
    Column("digit", String(1)),
    # Added by a migration: whose order it was, where no call is the evidence.
    Column("who", Text, server_default="", nullable=False),
    Column("why", Text, server_default="", nullable=False),
    CheckConstraint("number LIKE '+%'", name="number"),
    UniqueConstraint("number", "call_id", "digit", "source", name="uq_optout_evidence"),
)

Index("ix_optout_number", optout.c.number)

campaign = Table(
    "campaign",
    metadata,
    Column("name", Text, primary_key=True),
    Column("trunk", Text, nullable=False),
    Column("cps", Double, nullable=False),
    Column("concurrency", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("retry_seconds", Integer, nullable=False),
    Column("lab", Boolean, nullable=False),
    Column("state", words(CampaignState, "state"), nullable=False),
    Column("created_at", Double, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.name"), nullable=False),
    Column("raw", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("state", words(ContactState, "state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("call_id", String(LENGTH)),
    Column("why", Text, nullable=False),
    # Added by a migration: where the row stood in its list, unknown of older ones.
    Column("line", Integer),
    # Added by a migration: the caller ID that was last shown to this person, empty when none was.
    Column("callerid", Text, server_default="", nullable=False),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("(state = 'dialing') = (call_id IS NOT NULL)", name="dialing"),
    sqlite_autoincrement=True,
)

# What every engine must hear soon: the row is written by the transaction that makes it true.
tiding = Table(
    "tiding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What people are told once, however many engines see it: `key` names the occasion.
notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("says", Text, nullable=False),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

# Brakes that stand, and are in force again when an engine starts. `engine` is whose, empty for every one's.
brake = Table(
    "brake",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("engine", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("operator", Boolean, nullable=False),
    Column("says", Text, nullable=False),
)

# A database uses a partial index only where the question says the very same words.
QUEUED = text("state = 'queued'")
DIALING = text("state = 'dialing'")
KEPT = text("state <> 'refused'")
REFUSED = text("state = 'refused'")

Index(
    "ix_contact_number",
    contact.c.campaign,
    contact.c.number,
    unique=True,
    sqlite_where=KEPT,
    postgresql_where=KEPT,
)
# The country leads the instant, so that a country that pauses with half a million waiting costs nothing.
Index(
    "ix_contact_due",
    contact.c.campaign,
    contact.c.country,
    contact.c.due_at,
    contact.c.id,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)
Index("ix_contact_dialing", contact.c.campaign, sqlite_where=DIALING, postgresql_where=DIALING)
Index(
    "ix_contact_refused",
    contact.c.campaign,
    contact.c.id,
    sqlite_where=REFUSED,
    postgresql_where=REFUSED,
)
