"""Limits shared by the engines on this store, one short transaction a beat; what is fair is decided below.

Whoever calls owns the transaction. No clock is read, neither the database's nor a machine's.
"""

from __future__ import annotations

from sqlalchemy import Connection, Double, Integer, bindparam, delete, select, text

from fastagi_server.pacing.shares import Beat, Deal, Part, Pulse, decide
from fastagi_server.store import tables, turns
from fastagi_server.store.statement import Statement

_engine = tables.pace_engine.c
_share = tables.pace_share.c
_PULSES = select(_engine.run, _engine.engine, _engine.pulse)
_PARTS = select(_share.scope, _share.run, _share.cps, _share.share, _share.wanted, _share.place)
_PULSE = text(
    "INSERT INTO pace_engine (run, engine, pulse) VALUES (:run, :engine, :pulse) "
    "ON CONFLICT (run) DO UPDATE SET pulse = excluded.pulse"
).bindparams(bindparam("pulse", type_=Integer))
_KEEP = Statement(
    text(
        "INSERT INTO pace_share (scope, run, cps, share, wanted, place) "
        "VALUES (:scope, :run, :cps, :share, :wanted, :place) "
        "ON CONFLICT (scope, run) DO UPDATE SET cps = excluded.cps, share = excluded.share, "
        "wanted = excluded.wanted, place = excluded.place"
    ).bindparams(bindparam("cps", type_=Double))
)


def beat(conn: Connection, asked: Beat) -> Deal | None:
    """Look at what every engine has, decide, and keep what comes of it; None while another does so."""
    if not turns.sharing(conn):
        return None
    pulses = {run: Pulse(engine=engine, count=count) for run, engine, count in conn.execute(_PULSES)}
    parts = [Part(**row) for row in conn.execute(_PARTS).mappings()]
    deal = decide(asked, pulses, parts)
    for run in deal.gone:
        _drop(conn, run)
    if deal.pulse is not None:
        told = {"run": asked.run, "engine": deal.pulse.engine, "pulse": deal.pulse.count}
        conn.execute(_PULSE, told)
    _KEEP.changed_each(conn, [vars(part) for part in deal.changed])
    return deal


def leave(conn: Connection, run: str) -> None:
    """Give back what a run has; whoever looks meanwhile sees all of it or nothing."""
    _drop(conn, run)


def _drop(conn: Connection, run: str) -> None:
    conn.execute(delete(tables.pace_share).where(_share.run == run))
    conn.execute(delete(tables.pace_engine).where(_engine.run == run))
