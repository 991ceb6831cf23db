"""Brakes that stand: kept until they are let go, told as notices, and heard of by every engine.

Whoever calls owns the transaction. This file does not know what the reasons mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Double, and_, bindparam, delete, select, text, update

from fastagi_server.store import notices, tables, tidings
from fastagi_server.telephony import notice, tiding
from fastagi_server.telephony.brake import KeptBrake, joined

_c = tables.brake.c
_PUT = text(
    'INSERT INTO brake (scope, reason, engine, "at", operator, says) '
    "VALUES (:scope, :reason, :engine, :at, :operator, :says) ON CONFLICT (scope, reason, engine) DO NOTHING"
).bindparams(bindparam("at", type_=Double))


def put(conn: Connection, brake: KeptBrake) -> bool:
    """Keep a brake that stands; False where it stood already and nobody says more of why."""
    row = {name: getattr(brake, name) for name in brake.__dataclass_fields__}
    if not conn.execute(_PUT, {**row, "says": json.dumps(dict(brake.says))}).rowcount:
        stands = _where(brake)
        said = json.loads(conn.execute(select(_c.says).where(stands).with_for_update()).scalar_one())
        says = joined(said, brake.says)
        if says == said:
            return False
        conn.execute(update(tables.brake).where(stands).values(says=json.dumps(dict(says))))
        brake = replace(brake, says=says)
    _tell(conn, notice.Kind.STOPPED, brake, brake.at, {})
    return True


def seen(conn: Connection, brake: KeptBrake, *, stands: bool) -> None:
    """Tell that a brake stands or does not any more that is kept for nobody: it is its own engine's."""
    kind = notice.Kind.STOPPED if stands else notice.Kind.LET_GO
    _tell(conn, kind, brake, brake.at, {} if stands else {"who": "", "why": ""})


def drop(conn: Connection, brake: KeptBrake, *, at: float, who: str = "", why: str = "") -> bool:
    """Let go of a brake, by whose order and why, empty where by itself; False where it stood not."""
    if not conn.execute(delete(tables.brake).where(_where(brake))).rowcount:
        return False
    _tell(conn, notice.Kind.LET_GO, brake, at, {"who": who, "why": why})
    return True


def standing(conn: Connection, engine: str) -> list[KeptBrake]:
    """Give the brakes that stand for an engine: its own, and every one's."""
    which = select(tables.brake).where(_c.engine.in_(["", engine])).order_by(_c["at"], _c.scope)
    return [KeptBrake(**{**row, "says": json.loads(row["says"])}) for row in conn.execute(which).mappings()]


def _where(brake: KeptBrake) -> ColumnElement[bool]:
    return and_(_c.scope == brake.scope, _c.reason == brake.reason, _c.engine == brake.engine)


def _tell(conn: Connection, kind: notice.Kind, brake: KeptBrake, at: float, more: Mapping[str, str]) -> None:
    key = f"{kind}:{brake.scope}:{brake.reason}:{brake.engine}:{at:.6f}"
    says = {"scope": brake.scope, "reason": brake.reason, "says": dict(brake.says), **more}
    notices.add(conn, key=key, kind=kind, at=at, says=says | {"operator": brake.operator})
    if not brake.engine:
        tidings.tell(conn, kind=tiding.Kind.BRAKES, at=at)
