from __future__ import annotations

import logging
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock

from fastagi_server.app.works import Works


async def wait_for(what: Deferred[Any]) -> None:
    await what


def outcome(waiting: Deferred[Any]) -> list[Any]:
    told: list[Any] = []
    waiting.addBoth(told.append)
    return told


def test_nothing_to_wait_for_is_over_at_once() -> None:
    assert outcome(ensureDeferred(Works().finished(5.0, Clock()))) == [None]


def test_a_house_leaves_after_the_last_work_and_those_that_it_began() -> None:
    works, first, second = Works(), Deferred[None](), Deferred[None]()

    async def begins_another() -> None:
        await first
        works.spawn(wait_for(second))

    works.spawn(begins_another())
    told = outcome(ensureDeferred(works.finished(5.0, Clock())))

    first.callback(None)
    assert told == []
    second.callback(None)
    assert told == [None]


def test_a_work_that_never_ends_is_given_up_but_not_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    works, clock, stuck = Works(), Clock(), Deferred[str]()
    works.spawn(wait_for(stuck))
    told = outcome(ensureDeferred(works.finished(5.0, clock)))

    clock.advance(4.9)
    assert told == []
    clock.advance(0.2)

    assert told == [None]
    assert "not over after 5.0 s: 1" in caplog.text
    stuck.callback("late")  # still the work's own to take
    assert outcome(ensureDeferred(works.finished(5.0, clock))) == [None]


def test_a_failure_reaches_the_log_and_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    works = Works()

    async def fails() -> None:
        raise ValueError("the disk is full")

    with caplog.at_level(logging.ERROR):
        works.spawn(fails())

    assert "ValueError: the disk is full" in caplog.text
