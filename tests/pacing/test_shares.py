from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.shares import Beat, Part, Pulse, Wish, decide, whole


def part(run: str, *, share: int = 0, wanted: int = 30, cps: float = 30.0, place: int = 0) -> Part:
    return Part(scope="cluster", run=run, cps=cps, share=share, wanted=wanted, place=place)


def pulses(*runs: str) -> dict[str, Pulse]:
    return {run: Pulse(engine=run.partition(".")[0], count=3) for run in runs}


def wish(*, cps: float = 30.0, floor: int = 0, wanted: int = 30, had_turn: bool = False) -> dict[str, Wish]:
    return {"cluster": Wish(cps=cps, floor=floor, wanted=wanted, had_turn=had_turn)}


def beat(run: str, wishes: dict[str, Wish], **more: object) -> Beat:
    return Beat(
        engine=run.partition(".")[0],
        run=run,
        count=9,
        first=bool(more.pop("first", False)),
        wishes=wishes,
        **more,
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(("limit", "calls"), [(30.0, 30), (2.9, 2), (1.0, 1), (0.2, 1)])
def test_a_limit_is_shared_in_whole_calls(limit: float, calls: int) -> None:
    assert whole(limit) == calls


def test_whoever_is_first_has_all_of_it() -> None:
    deal = decide(beat("a", wish(), first=True), {}, [])

    assert deal.shares == {"cluster": 30}
    assert deal.pulse == Pulse(engine="a", count=9)
    assert deal.changed == [part("a", share=30)]


def test_a_newcomer_takes_only_what_is_free() -> None:
    deal = decide(beat("b", wish()), pulses("a"), [part("a", share=28)])

    assert deal.shares == {"cluster": 2}
    assert deal.changed == [part("b", share=2, place=1)]


def test_what_is_given_up_is_left_unused_first_and_written_then() -> None:
    held = [part("a", share=30), part("b", place=1)]
    first = decide(beat("a", wish(floor=30)), pulses("a", "b"), held)
    assert (first.shares, first.held) == ({"cluster": 15}, {"cluster": 30})

    then = decide(beat("a", wish(floor=15)), pulses("a", "b"), held)
    assert (then.shares, then.held) == ({"cluster": 15}, {"cluster": 15})


def test_nobody_gives_up_what_nobody_wants() -> None:
    deal = decide(beat("a", wish(wanted=0)), pulses("a", "b"), [part("a", share=30), part("b", wanted=0)])

    assert deal.shares == {"cluster": 30}
    assert deal.pulse == Pulse(engine="a", count=9)


def test_who_wants_little_keeps_that_and_the_rest_stands_by_for_all() -> None:
    held = [part("a", share=5, wanted=5), part("b", share=5, wanted=5, place=1)]

    assert decide(beat("a", wish(wanted=5)), pulses("a", "b"), held).shares == {"cluster": 15}


def test_a_pulse_need_not_move_while_nobody_is_there_to_see_it() -> None:
    assert decide(beat("a", wish()), pulses("a"), [part("a", share=30)]).pulse is None


def test_the_silent_are_dropped_with_what_they_had_unless_they_have_moved() -> None:
    known = pulses("a", "b")
    held = [part("a", share=15), part("b", share=15, place=1)]

    dropped = decide(beat("a", wish(), silent={"b": known["b"]}), known, held)
    assert (dropped.gone, dropped.shares, dict(dropped.others)) == (("b",), {"cluster": 30}, {})

    moved = decide(beat("a", wish(), silent={"b": Pulse(engine="b", count=2)}), known, held)
    assert (moved.gone, moved.shares) == ((), {"cluster": 15})


def test_parts_of_a_run_without_a_pulse_are_nobodys() -> None:
    assert decide(beat("a", wish()), pulses("a"), [part("a"), part("z", share=30)]).shares == {"cluster": 30}


def test_a_new_run_inherits_what_the_earlier_one_of_its_name_had_and_gives_none_of_it_away_yet() -> None:
    held = [part("a.1", share=30), part("b", place=1)]
    deal = decide(beat("a.2", wish(), first=True), pulses("a.1", "b"), held)

    assert (deal.gone, deal.took_over) == (("a.1",), True)
    assert deal.held == {"cluster": 30}


def test_the_lowest_limit_that_any_engine_knows_holds() -> None:
    held = [part("a", share=30), part("b", cps=10.0, place=1)]

    assert decide(beat("b", wish(cps=10.0)), pulses("a", "b"), held).shares == {"cluster": 0}
    lowered = decide(beat("a", wish(floor=5)), pulses("a", "b"), held)
    assert (lowered.limits, lowered.held) == ({"cluster": 10.0}, {"cluster": 5})


def test_who_had_its_turn_goes_to_the_end_of_the_queue() -> None:
    held = [
        part("a", share=1, wanted=1, cps=1.0),
        part("b", wanted=1, cps=1.0, place=1),
        part("c", wanted=1, cps=1.0, place=2),
    ]
    deal = decide(beat("a", wish(cps=1.0, wanted=1, had_turn=True)), pulses("a", "b", "c"), held)

    assert deal.shares == {"cluster": 0}
    assert deal.changed == [part("a", share=0, wanted=1, cps=1.0, place=3)]


def test_where_there_is_enough_for_all_nobody_has_turns() -> None:
    held = [part("a", share=15), part("b", share=15, place=1)]

    assert decide(beat("a", wish(had_turn=True)), pulses("a", "b"), held).changed == []


@given(
    limit=st.floats(0.1, 50),
    parts=st.dictionaries(
        st.sampled_from("bcde"), st.tuples(st.integers(0, 9), st.integers(0, 60), st.integers(0, 5))
    ),
    own=st.integers(0, 20),
    floor=st.integers(0, 20),
    wanted=st.integers(0, 60),
)
def test_nobody_takes_more_than_is_free_or_gives_up_what_it_may_have_used(
    limit: float, parts: dict[str, tuple[int, int, int]], own: int, floor: int, wanted: int
) -> None:
    others = [
        part(run, share=share, wanted=most, cps=limit, place=place)
        for run, (share, most, place) in parts.items()
    ]
    held = [part("a", share=own, cps=limit), *others]
    deal = decide(beat("a", wish(cps=limit, floor=floor, wanted=wanted)), pulses("a", *parts), held)
    kept = deal.held["cluster"]

    assert 0 <= deal.shares["cluster"] <= kept
    assert kept >= min(own, floor)
    assert kept <= own or kept + sum(each.share for each in others) <= whole(limit)
