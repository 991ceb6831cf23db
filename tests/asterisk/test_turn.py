from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock, deferLater

from fastagi_server.ami import actions
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.apply import apply
from fastagi_server.asterisk.place import Folder, Hooked, Place
from fastagi_server.asterisk.turn import DEAD_SECONDS, WAIT_SECONDS, AnotherIsAtItError, Turn, TurnLostError
from fastagi_server.dialplan.read import read
from tests.asterisk.pbx import NAME, Pbx

ONE = "[menu]\nexten => s,1,Answer()\n same => n,Hangup()\n"
OTHER = "[menu]\nexten => s,1,Playback(hello)\n same => n,Hangup()\n"
NOW = 1_795_000_000.0


class Far:
    """An Asterisk whose answers take their time, for each of its askers another."""

    def __init__(self, pbx: Pbx, seed: int = 0) -> None:
        self.pbx = pbx
        self.clock = Clock()
        self._dice = random.Random(seed)

    def asked_by(self, who: str, log: list[tuple[str, str]]) -> Any:
        async def ask(action: Action) -> Answered:
            await deferLater(self.clock, self._dice.random() / 10)
            if not isinstance(action, actions.DBPut | actions.DBGetTree | actions.DBDel):
                log.append((who, action.action))
            answered = await self.pbx.ask(action)
            await deferLater(self.clock, self._dice.random() / 10)
            return answered

        return ask

    def turn(self, who: str) -> Turn:
        return Turn(ask=self.asked_by(who, []), who=who, alarm=self.clock)

    def passes(self, seconds: float) -> None:
        self.clock.pump([0.01] * round(seconds * 100))


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(Pbx(tmp_path / "discador.conf"))


def outcome(work: Any) -> list[Any]:
    out: list[Any] = []
    ensureDeferred(work).addCallbacks(out.append, lambda failure: out.append(failure.value))
    return out


async def at_once() -> str:
    return "done"


@given(hooked=st.booleans(), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
@example(hooked=False, seed=122)
@example(hooked=True, seed=122)
def test_two_at_once_come_one_after_the_other_and_the_last_one_s_runs(
    tmp_path_factory: pytest.TempPathFactory, *, hooked: bool, seed: int
) -> None:
    there = tmp_path_factory.mktemp("asterisk") / "discador.conf"
    far = Far(Pbx(there), seed)
    log: list[tuple[str, str]] = []
    finished: list[str] = []
    texts = {"a": ONE, "b": OTHER}

    def begin(who: str) -> list[Any]:
        ask = far.asked_by(who, log)
        turn = Turn(ask=ask, who=who, alarm=far.clock)
        place = (
            _place(tmp_path_factory.mktemp(who) / "d.conf", there, far.clock)
            if hooked
            else Folder(path=there)
        )

        async def work() -> Any:
            plan = await apply(texts[who], place, ask, name=NAME, now=NOW)
            finished.append(who)
            return plan

        return outcome(turn.with_it(work))

    first, second = begin("a"), begin("b")
    far.passes(8)

    assert [len(each[0].contexts) for each in (first, second)] == [1, 1]
    changes = sum(before[0] != after[0] for before, after in itertools.pairwise(log))
    assert changes == 1, "neither asks anything between the other's first and last question"
    assert far.pbx.running == read(texts[finished[-1]])
    assert far.pbx.astdb == {}


def _place(path: Path, there: Path, clock: Clock) -> Place:
    """Give a file of one machine whose hook takes it to Asterisk's, a moment later."""

    def take_there() -> None:
        there.write_bytes(path.read_bytes())

    async def in_thread(_: Any) -> None:
        await deferLater(clock, 0.05)
        take_there()

    return Hooked(path=path, command=("true",), seconds=1, in_thread=in_thread)


def test_one_who_died_with_his_ticket_is_not_waited_for_long(far: Far) -> None:
    far.pbx.astdb["dead"] = "7"

    over = outcome(far.turn("me").with_it(at_once))

    far.passes(DEAD_SECONDS - 1)
    assert over == []
    far.passes(3)
    assert over == ["done"]
    assert far.pbx.astdb == {}


def test_one_who_lives_is_waited_for_and_then_told_of(far: Far) -> None:
    long: Deferred[str] = Deferred()
    working = outcome(far.turn("his-machine-7").with_it(lambda: long))
    far.passes(1)

    over = outcome(far.turn("me").with_it(at_once))
    far.passes(WAIT_SECONDS + 2)

    assert isinstance(over[0], AnotherIsAtItError)
    assert "Somebody else (his-machine-7) is putting" in over[0].sentence()
    long.callback("done after all")
    far.passes(1)
    assert working == ["done after all"]
    assert far.pbx.astdb == {}


def test_one_who_stood_still_learns_that_he_was_overtaken(far: Far) -> None:
    long: Deferred[str] = Deferred()
    stopped = outcome(far.turn("stopped").with_it(lambda: long))
    far.passes(1)

    del far.pbx.astdb["stopped"]  # whom another one took for dead
    assert outcome(far.turn("other").with_it(at_once)) == []
    far.passes(3)
    long.callback("done")
    far.passes(1)

    assert isinstance(stopped[0], TurnLostError)
    assert far.pbx.astdb == {}


def test_work_that_fails_gives_the_turn_back(far: Far) -> None:
    async def fails() -> None:
        raise RuntimeError

    over = outcome(far.turn("me").with_it(fails))
    far.passes(1)

    assert isinstance(over[0], RuntimeError)
    assert far.pbx.astdb == {}
