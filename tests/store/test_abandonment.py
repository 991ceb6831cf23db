from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from fastagi_server.store import abandonment, calls
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, State

NOON = 1_795_440_000.0


def _begin(
    engine: Engine, n: int, *, contact: int | None = 1, queued_at: float | None, **more: object
) -> CallId:
    call = mint(NOON + n, n.to_bytes(10, "big"))
    begin = Begin(
        call=call,
        number=f"+5255{n:08}",
        country="mexico",
        callerid="+525500000000",
        trunk="carrier",
        campaign="c",
        planned_at=NOON,
        begun_at=NOON,
        contact=contact,
    )
    with engine.begin() as conn:
        calls.begin(conn, begin)
        record = calls.get(conn, call)
        assert record is not None
        calls.keep(conn, replace(record, state=State.CONNECTED, queued_at=queued_at, **more))  # type: ignore[arg-type]
    return call


def _end(engine: Engine, call: CallId, at: float) -> None:
    with engine.begin() as conn:
        calls.end(conn, call, at=at, disposition=Disposition.CONNECTED, left_at=at)


def test_presses_whose_wait_is_over_are_given_page_after_page(engine: Engine) -> None:
    taken = _begin(engine, 1, queued_at=NOON + 1, agent_at=NOON + 2)
    gone = _begin(engine, 2, queued_at=NOON + 1)
    _end(engine, gone, NOON + 9)
    _begin(engine, 3, queued_at=NOON + 2)  # still waits
    _begin(engine, 4, queued_at=NOON + 2, agent_at=NOON + 2, contact=None)  # by hand
    _begin(engine, 5, queued_at=None)
    late = _begin(engine, 6, queued_at=NOON + 7, agent_at=NOON + 17)

    with engine.connect() as conn:
        first = abandonment.presses(conn, NOON, limit=2)
        second = abandonment.presses(conn, first[-1].queued_at, after_call=first[-1].call_id, limit=2)
        third = abandonment.presses(conn, second[-1].queued_at, after_call=second[-1].call_id, limit=2)
        assert [each.call_id for each in abandonment.presses(conn, NOON + 1.5)] == [late]

    assert [each.call_id for each in (*first, *second)] == [taken, gone, late]
    assert third == []
    assert (first[0].agent_at, first[0].ended_at) == (NOON + 2, None)
    assert (first[1].agent_at, first[1].left_at, first[1].ended_at) == (None, NOON + 9, NOON + 9)
    assert first[0].campaign == "c"
