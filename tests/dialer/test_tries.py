from __future__ import annotations

from fastagi_server.dialer.tries import MOST, PATIENCE_SECONDS, Tries
from fastagi_server.telephony.call_id import CallId

CALLS = [CallId(f"c{n}") for n in range(MOST + 1)]
SCOPES = ("campaign:c", "trunk:carrier")


def full(scope: str = "trunk:carrier") -> Tries:
    tries = Tries()
    tries.probe(scope, probes=True)
    for call in CALLS[:MOST]:
        assert tries.has_room(scope, 1.0)
        tries.sent(call, SCOPES, 1.0)
    return tries


def test_so_many_try_at_a_time_and_each_that_is_over_makes_room() -> None:
    tries = full()
    assert not tries.has_room("trunk:carrier", 2.0)
    assert tries.has_room("campaign:c", 2.0)

    tries.told(CALLS[0], SCOPES)
    assert tries.has_room("trunk:carrier", 2.0)
    tries.sent(CALLS[MOST], SCOPES, 2.0)
    assert not tries.has_room("trunk:carrier", 2.0)
    assert tries.pop(CALLS[1]) is not None
    assert tries.has_room("trunk:carrier", 2.0)


def test_a_call_that_tells_nothing_for_long_holds_nobody_up() -> None:
    tries = full()

    assert not tries.has_room("trunk:carrier", PATIENCE_SECONDS)
    assert tries.has_room("trunk:carrier", 1.0 + PATIENCE_SECONDS)


def test_a_scope_that_probes_no_more_has_room() -> None:
    tries = full()

    tries.probe("trunk:carrier", probes=False)

    assert tries.has_room("trunk:carrier", 2.0)
    assert tries.probing() == ()


def test_a_call_is_known_until_it_is_over() -> None:
    tries = Tries()
    tries.sent(CALLS[0], SCOPES, 5.0)
    found = tries.get(CALLS[0])
    assert found is not None
    assert (found.sent, found.success, found.person) == (5.0, False, False)

    assert tries.pop(CALLS[0]) is found
    assert tries.pop(CALLS[0]) is None
