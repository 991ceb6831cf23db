from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.loadtest.calls import CarrierCall, KeyPressed
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.cut import cut_short, up_at

USA = next(country for country in LAB_COUNTRIES if country.slug == "usa")


def lived(ending: str, *keys: str, by: str = "dialer", ended_at: float = 40.0) -> CarrierCall:
    return CarrierCall(
        id="1",
        call="a",
        number=f"12123200{ending:0>3}",
        callerid="+13053200000",
        invited_at=9.6,
        answered_at=10.0,
        pressed=tuple(KeyPressed(digit=key, at=20.0 + n) for n, key in enumerate(keys)),
        ended_at=ended_at,
        outcome="answered",
        by=by,
    )


@pytest.mark.parametrize(
    "whole",
    [
        lived("50", "1", by="callee"),
        lived("51", "1"),
        lived("09", "9", ended_at=20.1),
        lived("13", "9", ended_at=20.1),
        lived("05", "5"),
        lived("00"),
        lived("20", by="callee", ended_at=13.0),
        lived("30", ended_at=13.0),
        lived("33", "1", ended_at=13.0),
        lived("40", ended_at=10.1),
        replace(lived("50"), answered_at=None),
        replace(lived("50"), ended_at=None, by=None),
    ],
    ids=lambda call: call.number[-2:],
)
def test_who_ends_as_the_script_says_is_not_cut(whole: CarrierCall) -> None:
    assert cut_short(whole, USA) == ""


@pytest.mark.parametrize(
    ("cut", "why"),
    [
        (lived("50", ended_at=15.0), "it had pressed 0 of 1 keys"),
        (lived("10", "0", ended_at=21.0), "it had pressed 1 of 2 keys"),
        (lived("50", "1", ended_at=21.0), "it was talking with the agent"),
        (lived("01", "1"), "it was talking with the agent"),
        (lived("51", "1", ended_at=21.5), "the dialer had waited 1.5 s for a key, 5 are due"),
        (lived("05", "5", ended_at=20.5), "the dialer had waited 0.5 s for a key, 5 are due"),
        (lived("00", ended_at=14.0), "the dialer had waited 4.0 s for a key, 5 are due"),
        (lived("20", ended_at=12.0), "it was going to hang up by itself"),
    ],
)
def test_whoever_was_still_to_do_something_was_cut(cut: CarrierCall, why: str) -> None:
    assert cut_short(cut, USA) == why


def test_a_call_is_up_from_its_answer_to_its_end() -> None:
    call = lived("50", "1")

    assert [up_at(call, at) for at in (9.9, 10.0, 39.9, 40.0)] == [False, True, True, False]
    assert up_at(replace(call, ended_at=None), 1000.0)
    assert not up_at(replace(call, answered_at=None), 20.0)
