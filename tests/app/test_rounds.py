from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock

from fastagi_server.app.rounds import Rounds
from fastagi_server.telephony.errors import BadInputError


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.may = True
        self.rounds = Rounds(reactor=self.clock, spawn=ensureDeferred, may=lambda: self.may)
        self.seen: list[float] = []
        self.lasts: list[Deferred[None]] = []
        self.error: Exception | None = None

    def look(self) -> None:
        self.seen.append(self.clock.seconds())

    async def work(self) -> None:
        self.look()
        if self.error is not None:
            raise self.error
        if self.lasts:
            await self.lasts[-1]

    def passes(self, seconds: int) -> None:
        self.clock.pump([1.0] * seconds)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_round_comes_again_until_it_is_ended(scene: Scene) -> None:
    scene.rounds.begin("a", 2.0, scene.look)
    scene.rounds.begin("a", 1.0, scene.look)
    scene.rounds.begin("b", 100.0, scene.look, now=True)
    scene.passes(5)
    scene.rounds.end("a", "never begun")
    scene.passes(5)

    assert scene.seen == [0.0, 2.0, 4.0]
    scene.rounds.end_all(but="b")
    assert len(scene.clock.getDelayedCalls()) == 1
    scene.rounds.end_all()
    assert scene.clock.getDelayedCalls() == []


def test_one_that_lasts_is_not_begun_again(scene: Scene) -> None:
    scene.lasts.append(Deferred())
    scene.rounds.ask("a", 1.0, scene.work)
    scene.passes(3)
    assert scene.seen == [1.0]

    scene.lasts.pop().callback(None)
    scene.passes(2)
    assert scene.seen == [1.0, 4.0, 5.0]


def test_one_that_is_just_over_is_not_begun_again_at_once(scene: Scene) -> None:
    scene.lasts.append(Deferred())
    scene.rounds.ask("a", 5.0, scene.work)
    scene.passes(9)
    scene.lasts.pop().callback(None)
    scene.passes(7)

    assert scene.seen == [5.0, 15.0]


def test_none_is_begun_while_none_may(scene: Scene) -> None:
    scene.may = False
    scene.rounds.ask("a", 1.0, scene.work)
    scene.passes(2)
    scene.may = True
    scene.passes(1)

    assert scene.seen == [3.0]


def test_one_that_fails_comes_again(scene: Scene) -> None:
    scene.error = BadInputError(field="x", value="y", expected="z")
    scene.rounds.ask("a", 1.0, scene.work)
    scene.passes(2)

    assert scene.seen == [1.0, 2.0]


def test_a_look_that_raises_is_logged_and_comes_again(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    def look() -> None:
        scene.look()
        if len(scene.seen) == 1:
            raise ZeroDivisionError("one bad second")

    scene.rounds.begin("pace", 1.0, look)
    scene.passes(3)

    assert scene.seen == [1.0, 2.0, 3.0]
    assert "a round of pace failed" in caplog.text
    assert "one bad second" in caplog.text


def test_what_nobody_expected_reaches_the_log_of_whoever_spawns(scene: Scene) -> None:
    failed: list[Any] = []
    rounds = Rounds(
        reactor=scene.clock,
        spawn=lambda work: ensureDeferred(work).addErrback(failed.append) and None,
        may=lambda: True,
    )
    scene.error = ZeroDivisionError()
    rounds.ask("a", 1.0, scene.work)
    scene.passes(2)

    assert [each.type for each in failed] == [ZeroDivisionError, ZeroDivisionError]
