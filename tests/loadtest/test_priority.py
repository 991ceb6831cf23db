from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.loadtest import priority
from fastagi_server.loadtest.errors import ProgramFailedError

UNIT = (Path(__file__).parents[2] / "etc/discador.service").read_text()


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Ask the machine anew, and let nobody after us be told what a test has made up."""
    priority.may_be_real_time.cache_clear()
    yield
    priority.may_be_real_time.cache_clear()


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "run", lambda *_: "")


@pytest.mark.parametrize(
    "fault", [ProgramFailedError(command="chrt", status=1, told="no"), FileNotFoundError(), PermissionError()]
)
def test_where_real_time_is_forbidden_the_engine_is_nice_and_asterisk_as_anything(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: str) -> str:
        raise fault

    monkeypatch.setattr(priority, "run", forbid)

    assert priority.of_asterisk() == ()
    assert priority.of_the_engine() == ("nice", "-n", "-10")


@pytest.mark.usefixtures("allowed")
def test_elsewhere_none_of_them_takes_a_core_from_the_other() -> None:
    assert priority.of_asterisk() == priority.of_the_engine() == ("chrt", "--rr", "10")


@pytest.mark.usefixtures("allowed")
def test_the_engine_has_what_its_unit_asks_for() -> None:
    program, policy, number = priority.of_the_engine()

    assert (program, policy) == ("chrt", "--rr")
    assert "CPUSchedulingPolicy=rr\n" in UNIT
    assert f"CPUSchedulingPriority={number}\n" in UNIT


def test_the_machine_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(priority, "run", lambda *words: asked.append(words))

    assert priority.may_be_real_time()
    assert priority.may_be_real_time()
    assert asked == [("chrt", "--rr", "10", "true")]
