from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.pacing.slots import HEADROOM, Bucket, Slots
from fastagi_server.telephony.errors import BadInputError


def used(slots: Slots, scopes: tuple[str, ...], now: float) -> float:
    slot = slots.earliest(scopes, now)
    slots.take(scopes, slot)
    return slot


def test_the_strictest_scope_decides() -> None:
    slots = Slots()
    slots.set("cluster", 50.0)
    slots.set("trunk:a", 10.0)

    assert [used(slots, ("cluster", "trunk:a"), 1.0) for _ in range(3)] == pytest.approx(
        [1.0, 1.0 + 0.1 / HEADROOM, 1.0 + 0.2 / HEADROOM]
    )


def test_two_trunks_share_what_the_cluster_allows() -> None:
    slots = Slots()
    slots.set("cluster", 10.0)
    slots.set("trunk:a", 8.0)
    slots.set("trunk:b", 8.0)

    instants = [used(slots, ("cluster", f"trunk:{'ab'[n % 2]}"), 0.0) for n in range(40)]

    assert most_in_a_second(instants) <= 10
    assert instants == sorted(instants)


def test_a_quiet_minute_buys_no_burst() -> None:
    slots = Slots()
    slots.set("cluster", 10.0)
    used(slots, ("cluster",), 0.0)

    assert used(slots, ("cluster",), 60.0) == 60.0
    assert used(slots, ("cluster",), 60.0) == pytest.approx(60.0 + 0.1 / HEADROOM)


def test_a_slot_that_is_used_late_does_not_push_the_next() -> None:
    slots = Slots()
    slots.set("cluster", 10.0)
    first = slots.earliest(("cluster",), 0.0)

    slots.take(("cluster",), first)

    assert slots.earliest(("cluster",), 0.003) == pytest.approx(0.1 / HEADROOM)


def test_slots_do_not_drift_in_an_hour() -> None:
    slots = Slots()
    slots.set("cluster", 30.0)
    last = 0.0
    for _ in range(30 * 3600 + 1):
        last = used(slots, ("cluster",), 0.0)

    assert last == pytest.approx(3600 / HEADROOM, abs=1e-6)


def test_a_scope_that_is_closed_has_no_slot_until_it_is_opened() -> None:
    slots = Slots()
    slots.set("trunk:a", 0.0)

    assert slots.earliest(("trunk:a",), 5.0) == math.inf

    slots.set("trunk:a", 2.0)

    assert slots.earliest(("trunk:a",), 5.0) == 5.0
    assert slots.rate("trunk:a") == 2.0


def test_what_has_no_rate_has_no_limit() -> None:
    slots = Slots()
    slots.set("cluster", None)

    assert [used(slots, ("cluster", "country:mexico"), 7.0) for _ in range(3)] == [7.0] * 3
    assert slots.interval(("cluster",)) == 0.0
    assert slots.rate("country:mexico") is None


def test_a_limit_that_comes_or_goes_holds_for_whoever_asked_before() -> None:
    slots = Slots()
    ours = ("cluster", "country:mexico")
    assert slots.interval(ours) == 0.0

    slots.set("country:mexico", 10.0)
    assert slots.interval(ours) == pytest.approx(0.1 / HEADROOM)
    slots.forget(["country:mexico"])
    assert slots.interval(ours) == 0.0


def test_a_rate_that_changes_counts_from_the_last_slot() -> None:
    slots = Slots()
    slots.set("trunk:a", 1.0)
    used(slots, ("trunk:a",), 0.0)

    slots.set("trunk:a", 10.0)

    assert slots.earliest(("trunk:a",), 0.0) == pytest.approx(0.1 / HEADROOM)


@pytest.mark.parametrize("rate", [-1.0, 10_001.0, math.nan])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(BadInputError, match="cps"):
        Bucket(rate)


@given(
    rates=st.dictionaries(st.sampled_from("abc"), st.floats(0.5, 200), min_size=1),
    waits=st.lists(st.floats(0, 0.2), min_size=1, max_size=300),
)
def test_no_scope_ever_has_two_slots_nearer_than_its_rate(
    rates: dict[str, float], waits: list[float]
) -> None:
    slots, now, taken = Slots(), 0.0, {scope: [] for scope in rates}  # type: ignore[var-annotated]
    for scope, rate in rates.items():
        slots.set(scope, rate)
    for n, wait in enumerate(waits):
        now += wait
        scopes = tuple(scope for k, scope in enumerate(rates) if n % (k + 1) == 0)
        slot = used(slots, scopes, now)
        assert slot >= now
        for scope in scopes:
            taken[scope].append(slot)
    for scope, instants in taken.items():
        gaps = [after - before for before, after in pairwise(instants)]
        assert all(gap >= 1 / rates[scope] for gap in gaps)


def test_one_of_several_keeps_its_own_instants_though_others_slots_make_it_wait() -> None:
    slots = Slots()
    slots.set("trunk:a", 10.0)
    interval = 0.1 / HEADROOM
    slots.take(("trunk:a",), 0.0)

    slots.take(("trunk:a", "other"), interval + 0.03, in_grid=("trunk:a",))
    assert slots.earliest(("trunk:a",), 0.0) == pytest.approx(2 * interval)

    # One that has waited for long has half an interval, and no burst.
    slots.take(("trunk:a",), 60.0, in_grid=("trunk:a",))
    assert slots.earliest(("trunk:a",), 60.0) == pytest.approx(60.0 + interval / 2)


@pytest.mark.parametrize("rate", [None, 0.0])
def test_what_has_no_slots_of_its_own_has_none_to_keep(rate: float | None) -> None:
    bucket = Bucket(rate)
    bucket.take_in_grid(5.0)
    bucket.set(1.0)

    assert bucket.earliest() == pytest.approx(5.0 + 1 / HEADROOM)
