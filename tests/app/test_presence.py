from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.app.presence import LOOK_SECONDS, SLOW, SLOW_LOOKS, Presence


class Clock:
    def wall(self) -> float:
        return 1_800_000_000.0

    def steady(self) -> float:
        raise AssertionError("looks are counted, not seconds")


class Scene:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.presence = Presence(clock=Clock(), told=self.told.append)
        self.probes = 0
        self.presence.probe = self.probed

    def probed(self) -> None:
        self.probes += 1

    def looks(self, times: int) -> None:
        for _ in range(times):
            self.presence.look()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_no_answer_within_a_second_is_a_store_that_is_away(scene: Scene) -> None:
    gave_up: list[str] = []
    scene.looks(10)
    scene.presence.asked("a", lambda: gave_up.append("a"))
    scene.presence.asked("b", lambda: gave_up.append("b"))
    scene.presence.answered("b")

    scene.looks(SLOW_LOOKS - 1)
    assert (scene.presence.away, gave_up) == (False, [])
    scene.looks(1)

    assert (scene.presence.away, gave_up) == (True, ["a"])
    assert (scene.presence.since, scene.presence.why) == (1_800_000_000.0, SLOW)
    assert scene.told == [SLOW]
    assert SLOW_LOOKS * LOOK_SECONDS == 1.0


def test_the_first_failure_is_enough_and_told_once(scene: Scene) -> None:
    scene.presence.failed("disk full")
    scene.presence.failed("disk full")

    assert scene.told == ["disk full"]


def test_one_probe_at_a_time_until_one_goes_well(scene: Scene) -> None:
    scene.looks(3)
    assert scene.probes == 0
    scene.presence.failed("locked")

    scene.looks(3)
    assert scene.probes == 1
    scene.presence.probed(good=False)
    scene.looks(1)
    assert (scene.probes, scene.presence.away) == (2, True)
    scene.presence.probed(good=True)

    assert (scene.presence.away, scene.presence.since, scene.presence.why) == (False, None, "")
    assert scene.told == ["locked", ""]
    scene.looks(9)
    assert scene.probes == 2


def test_who_waits_is_told_the_first_ones_first_and_before_all_the_others(scene: Scene) -> None:
    order: list[Any] = []
    scene.presence.failed("locked")
    for name, first in (("end", False), ("opt-out", True), ("other end", False)):
        scene.presence.back(first=first).addCallback(
            lambda _, name=name: order.append((name, list(scene.told)))
        )

    scene.presence.probed(good=True)

    assert order == [(name, ["locked"]) for name in ("opt-out", "end", "other end")]
    assert scene.presence.back().called


def test_who_does_not_wait_any_more_is_forgotten(scene: Scene) -> None:
    scene.presence.failed("locked")
    waiting = scene.presence.back()
    waiting.addErrback(lambda _: None)

    waiting.cancel()

    scene.presence.probed(good=True)
    assert waiting.called


def test_one_who_fails_again_at_once_waits_again(scene: Scene) -> None:
    scene.presence.failed("locked")
    scene.presence.back().addCallback(lambda _: scene.presence.failed("locked again"))

    scene.presence.probed(good=True)

    assert scene.presence.away
