"""An Asterisk that answers what it is told to, without a wire."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import pytest

from fastagi_server.ami.action import Action
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Headers, Response
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.console.actions import Finding, Level

T = TypeVar("T")


class Asterisk:
    """Answers are given by action, or by action and its first argument: GetConfig rtp.conf."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.headers: dict[str, list[tuple[str, str]]] = {}
        self.events: dict[str, list[Event]] = {}
        self.asked: list[str] = []

    def section(self, filename: str, **settings: str) -> None:
        lines = [(f"Line-000000-{index:06}", f"{k}={v}") for index, (k, v) in enumerate(settings.items())]
        self.headers[f"GetConfig {filename}"] = [("Category-000000", "x"), *lines]

    async def ask(self, action: Action) -> Answered:
        names = self._names(action)
        self.asked.append(names[0])
        for name in names:
            if name in self.refusals:
                raise RefusedError(action=action.action, why=self.refusals[name])
        pairs = next((self.headers[name] for name in names if name in self.headers), [])
        events = next((self.events[name] for name in names if name in self.events), [])
        response = Response(response="Success", headers=Headers(tuple(pairs)))
        return Answered(action_id="1", action=action, response=response, events=tuple(events))

    @staticmethod
    def _names(action: Any) -> list[str]:
        first = next(
            (
                getattr(action, name)
                for name in ("filename", "module", "context", "endpoint")
                if hasattr(action, name)
            ),
            "",
        )
        return [f"{action.action} {first}".strip(), action.action]


@pytest.fixture
def asterisk() -> Asterisk:
    return Asterisk()


@pytest.fixture
def now() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Run what waits for nothing to its end."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        try:
            work.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        raise AssertionError

    return run


@pytest.fixture
def levels() -> Callable[[Sequence[Finding] | Iterator[Finding]], dict[str, Level]]:
    return lambda found: {each.key: each.level for each in found}
