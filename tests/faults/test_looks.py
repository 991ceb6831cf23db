from __future__ import annotations

import pytest

from fastagi_server.loadtest.calls import CarrierCall
from tests.faults import looks


def calls(*instants: float) -> list[CarrierCall]:
    return [CarrierCall(id=str(at), call="", number="1", callerid="2", invited_at=at) for at in instants]


@pytest.mark.parametrize(
    ("unusable", "silence"),
    [
        ((), 8.0),
        (((13.0, 15.0),), 6.0),
        (((13.0, 15.0), (14.0, 16.0)), 5.0),  # two that overlap are not counted twice
        (((0.0, 99.0),), 0.0),
        (((30.0, 40.0),), 8.0),
    ],
)
def test_the_longest_silence_does_not_count_when_nobody_could_order(
    unusable: looks.Windows, silence: float
) -> None:
    assert looks.longest_silence(calls(12.0, 20.0, 21.0), 10.0, 22.0, unusable) == silence


def test_before_the_first_and_after_the_last_there_is_silence_too() -> None:
    assert looks.longest_silence(calls(14.0), 10.0, 15.0) == 4.0
    assert looks.longest_silence(calls(11.0), 10.0, 17.0) == 6.0
    assert looks.longest_silence([], 10.0, 17.0) == 7.0


def test_what_differs_for_a_moment_is_news_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "BETWEEN", 0.0)
    ours = iter([{"a", "b"}, {"b", "c"}, {"b"}, {"b"}])
    theirs = iter([frozenset("b"), frozenset("b")])

    assert looks.drift(lambda: next(ours), lambda: next(theirs)) == frozenset()


def test_what_differs_look_after_look_is_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "BETWEEN", 0.0)
    theirs = iter([frozenset("bx"), frozenset("b"), frozenset("bcx"), frozenset("bc")])

    assert looks.drift(lambda: {"a", "b"}, lambda: next(theirs)) == {"a"}
    assert looks.drift(lambda: {"b"}, lambda: frozenset("bz")) == {"z"}
