from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from fastagi_server.app.hearing import STALE_SECONDS, Heard, Hearing
from fastagi_server.telephony.tiding import Kind, Tiding


class Source:
    heard_until = float("-inf")
    said = ""

    def start(self) -> None:
        self.said += "start "

    def close(self) -> None:
        self.said += "close"


class Desk:
    """An engine, a reactor and a clock in one; what comes from a thread waits until the loop turns."""

    def __init__(self) -> None:
        self.source = Source()
        self.waiting: list[Callable[[], None]] = []
        self.said: list[str] = []
        self.now = 100.0
        self.hand: Heard | None = None
        self.hearing = Hearing(
            make=self.make,
            threads=self,
            clock=self,
            away=self,
            changed=self.changed,
        )

    def changed(self, kinds: Collection[Kind]) -> None:
        self.said += ["forget"] if Kind.DIDS in kinds else ["brakes"] if Kind.BRAKES in kinds else []

    def make(self, heard: Heard) -> Source:
        self.hand = heard
        return self.source

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's name
        self.waiting.append(lambda: call(*args))

    def callLater(self, seconds: float, call: Callable[..., Any], *args: Any) -> Any:  # noqa: N802 - Twisted's
        raise AssertionError

    def turn(self) -> None:
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each()

    def wall(self) -> float:
        raise AssertionError

    def steady(self) -> float:
        return self.now

    def left(self, numbers: Collection[str]) -> None:
        self.said.append(f"left {' '.join(sorted(numbers))}")
        if "odd" in numbers:
            raise ValueError("odd")

    def said_to_have_left(self, numbers: Collection[str]) -> None:
        self.said.append(f"said to have left {' '.join(sorted(numbers))}")

    def many_left(self) -> None:
        self.said.append("many")


def told(*kinds: tuple[Kind, str]) -> Sequence[Tiding]:
    return [Tiding(id=n, at=1.0, kind=kind, value=value) for n, (kind, value) in enumerate(kinds)]


def test_each_tiding_has_its_deed_in_the_reactors_thread() -> None:
    desk = Desk()
    story = ((Kind.DIDS, ""), (Kind.OPTOUT, "+1"), (Kind.OPTOUTS, ""), (Kind.OPTOUT, "+2"), (Kind.DIDS, ""))
    desk.hearing.hand(told(*story))
    assert desk.said == []
    desk.turn()
    assert desk.said == ["left +1 +2", "many", "forget"]


def test_it_is_fresh_while_the_last_look_was_just_now_and_nothing_waits() -> None:
    desk = Desk()
    assert not desk.hearing.is_fresh()
    desk.source.heard_until = desk.now
    assert desk.hearing.is_fresh()
    desk.hearing.hand(told((Kind.OPTOUT, "+1")))
    assert not desk.hearing.is_fresh()
    desk.turn()
    assert desk.hearing.is_fresh()
    desk.now += STALE_SECONDS
    assert not desk.hearing.is_fresh()


def test_a_deed_that_fails_leaves_us_no_deafer_than_before() -> None:
    desk = Desk()
    desk.source.heard_until = desk.now
    desk.hearing.hand(told((Kind.OPTOUT, "odd")))
    with pytest.raises(ValueError, match="odd"):
        desk.turn()
    assert desk.hearing.is_fresh()


def test_it_starts_and_ends_whoever_hears() -> None:
    desk = Desk()
    desk.hearing.start()
    desk.hearing.close()
    assert desk.source.said == "start close"


class Wire(Source):
    def publish(self, number: str) -> None:
        self.said += f"{number} "


def test_what_is_told_beside_the_store_is_looked_up_and_makes_us_neither_deaf_nor_fresh() -> None:
    desk, wire, hands = Desk(), Wire(), list[Heard]()

    def make(heard: Heard) -> Wire:
        hands.append(heard)
        return wire

    hearing = Hearing(make=desk.make, threads=desk, clock=desk, away=desk, changed=lambda _: None, wire=make)
    desk.source.heard_until = desk.now
    hands[0](told((Kind.OPTOUT, "+1")))
    assert hearing.is_fresh()
    desk.turn()
    assert desk.said == ["said to have left +1"]
    assert hearing.is_fresh()


def test_a_way_beside_the_stores_starts_tells_and_ends_with_it() -> None:
    wire = Wire()
    desk = Desk()
    hearing = Hearing(
        make=desk.make, threads=desk, clock=desk, away=desk, changed=lambda _: None, wire=lambda _: wire
    )
    hearing.start()
    hearing.publish("+1")
    hearing.close()
    assert wire.said == "start +1 close"
    # Without one nothing is told, and nothing breaks.
    desk.hearing.publish("+1")
