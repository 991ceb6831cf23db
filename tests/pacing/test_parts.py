from __future__ import annotations

from fastagi_server.pacing.parts import BY_HAND_SECONDS, Parts
from fastagi_server.pacing.window import SECOND

ALL = ("cluster", "trunk:a")


def parts(share: int = 10, cps: float = 30.0) -> Parts:
    made = Parts()
    made.know("cluster", cps)
    made.grant({"cluster": share}, 1000.0)
    made.demands(0.0)
    return made


def test_until_sharing_begins_nothing_is_closed() -> None:
    made = Parts()
    made.know("cluster", 30.0)

    assert not made.are_closed(ALL, 5.0)
    assert not made.are_shared
    assert made.share("cluster") is None


def test_a_scope_without_a_share_is_closed_and_one_that_is_not_shared_is_not() -> None:
    made = parts(0)

    assert made.are_closed(ALL, 5.0)
    assert not made.are_closed(("trunk:a",), 5.0)
    assert (made.share("cluster"), made.share("trunk:a")) == (0, None)


def test_a_share_lasts_until_its_instant() -> None:
    made = parts()

    assert not made.are_closed(ALL, 999.9)
    assert made.are_closed(ALL, 1000.0)


def test_a_limit_that_is_known_later_is_closed_until_its_share_comes() -> None:
    made = parts()
    made.know("trunk:a", 5.0)

    assert made.are_closed(ALL, 5.0)
    made.know("trunk:a", 0)
    assert not made.are_closed(ALL, 5.0)


def test_who_waits_and_uses_its_share_wants_everything() -> None:
    made = parts(10)
    for at in range(10):
        made.wrote(ALL, at / 10)
    made.waits(ALL)

    assert made.demands(1.0)["cluster"].wanted == 30


def test_who_waits_for_another_limit_wants_what_it_uses_and_room_to_grow() -> None:
    made = parts(10)
    for at in range(4):
        made.wrote(ALL, at / 10)
    made.waits(ALL)

    assert made.demands(1.0)["cluster"].wanted == 6


def test_who_has_no_share_and_waits_wants_everything() -> None:
    made = parts(0)
    made.waits(ALL)

    assert made.demands(0.5)["cluster"].wanted == 30


def test_who_has_nothing_to_do_wants_nothing() -> None:
    made = parts()
    made.wrote(ALL, 0.1)
    made.waits(ALL)
    assert made.demands(0.5)["cluster"].wanted > 0
    for beat in range(2, 6):
        wanted = made.demands(beat * 0.5)["cluster"].wanted

    assert wanted == 0


def test_a_call_by_hand_has_its_place_until_it_is_surely_written() -> None:
    made = parts()
    made.wrote(ALL, 5.0, by_hand=True)

    assert made.demands(5.0 + BY_HAND_SECONDS - 0.1)["cluster"].by_hand == 1
    assert made.demands(5.0 + BY_HAND_SECONDS + 0.1)["cluster"].by_hand == 0


def test_what_was_written_counts_for_a_second() -> None:
    made = parts()
    made.wrote(ALL, 5.0)

    assert made.quiet_at() == 5.0 + SECOND
