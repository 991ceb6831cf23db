from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from fastagi_server.dialer.longlived import MANY, put_aside


class Thing:
    def __init__(self) -> None:
        self.other: Thing | None = None


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_alive_is_not_walked_over_any_more() -> None:
    alive = [Thing() for _ in range(MANY)]

    assert put_aside(len(alive))
    assert gc.get_freeze_count() > MANY
    assert not any(each is alive for each in gc.get_objects())


def test_garbage_is_collected_first_and_what_comes_later_as_always() -> None:
    def circle() -> weakref.ref[Thing]:
        one, two = Thing(), Thing()
        one.other, two.other = two, one
        return weakref.ref(one)

    before = circle()
    put_aside()
    after = circle()
    gc.collect()

    assert (before(), after()) == (None, None)


def test_a_few_are_not_worth_it() -> None:
    frozen = gc.get_freeze_count()

    assert not put_aside(MANY - 1)
    assert gc.get_freeze_count() == frozen
