from __future__ import annotations

import dataclasses

import pytest

from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Record, State, changed

RECORD = Record(
    call=CallId("a"),
    number="+525550001003",
    country="mexico",
    callerid="+52",
    trunk="carrier",
    campaign="c",
    state=State.BEGUN,
    planned_at=10.0,
    begun_at=9.0,
)


def test_a_changed_record_is_what_replace_would_give() -> None:
    before = dataclasses.replace(RECORD)
    changes = {"state": State.ENDED, "ended_at": 12.0, "why": "it was busy"}

    assert changed(RECORD, changes) == dataclasses.replace(RECORD, **changes)
    assert before == RECORD


def test_a_field_that_a_record_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        changed(RECORD, {"colour": "red"})
