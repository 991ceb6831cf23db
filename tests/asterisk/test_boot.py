from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.ami.action import Action
from fastagi_server.asterisk.boot import PAUSE_SECONDS, TRIES, booted
from fastagi_server.asterisk.errors import RefusedError

ABSENT = "Did not find context discador_mexico"


class Booting:
    def __init__(self, *refusals: str) -> None:
        self.refusals = list(refusals)
        self.asked: list[Any] = []
        self.paused = 0.0
        self.warned: list[str] = []

    async def ask(self, action: Action) -> Any:
        self.asked.append(action)
        if self.refusals:
            raise RefusedError(action=action.action, why=self.refusals.pop(0))

    async def pause(self, seconds: float) -> None:
        self.paused += seconds

    def warn(self, told: str, context: str) -> None:
        self.warned.append(told % context)


def wait_for(asterisk: Booting) -> None:
    waiting = booted("discador_mexico", ask=asterisk.ask, pause=asterisk.pause, warn=asterisk.warn)
    with pytest.raises(StopIteration):
        waiting.send(None)


def test_an_asterisk_that_has_the_context_is_not_waited_for() -> None:
    asterisk = Booting()

    wait_for(asterisk)

    assert [each.context for each in asterisk.asked] == ["discador_mexico"]
    assert asterisk.paused == 0


def test_one_that_boots_is_waited_for() -> None:
    asterisk = Booting(ABSENT, ABSENT)

    wait_for(asterisk)

    assert not asterisk.warned
    assert asterisk.paused == 2 * PAUSE_SECONDS


def test_a_context_that_nobody_has_put_in_force_is_not_waited_for_for_ever() -> None:
    asterisk = Booting(*[ABSENT] * (TRIES + 1))

    wait_for(asterisk)

    assert asterisk.warned == [
        "Asterisk has no context discador_mexico, so calls will fail; run: discador apply"
    ]
    assert len(asterisk.asked) == TRIES


def test_a_missing_right_is_no_missing_context() -> None:
    asterisk = Booting("Permission denied")

    wait_for(asterisk)

    assert not asterisk.warned
    assert asterisk.paused == 0
