from __future__ import annotations

from dataclasses import replace

from fastagi_server.dialer.call import opened
from fastagi_server.dialer.up import Up
from fastagi_server.telephony.call_id import CallId
from tests.dialer.test_engine import BEGIN

RECORD = opened(BEGIN)


def test_calls_are_counted_once_from_their_write_to_their_end() -> None:
    up = Up()
    up.ended(RECORD.call)
    assert up.over(RECORD.trunk) == 0

    up.left(RECORD)
    up.left(RECORD)
    assert (up.over(RECORD.trunk), up.over("other")) == (1, 0)

    up.ended(RECORD.call)
    up.ended(RECORD.call)
    assert up.over(RECORD.trunk) == 0


def test_a_call_of_which_the_route_alone_is_known_has_a_channel_of_each_of_its_trunks() -> None:
    up = Up()
    up.routes = {"acme": ("wholesale",), "safe": ("wholesale", "night"), "other": ()}
    for n, trunk in enumerate(["wholesale", "acme", "night"]):
        up.left(replace(RECORD, call=CallId(str(n)), trunk=trunk))

    assert [up.over(name) for name in ("acme", "safe", "other")] == [2, 2, 0]
    up.ended(CallId("0"))
    assert [up.over(name) for name in ("acme", "safe", "other")] == [1, 1, 0]
