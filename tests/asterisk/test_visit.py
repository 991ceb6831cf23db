from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ConnectionRefusedError  # noqa: A004
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from fastagi_server.ami import actions
from fastagi_server.ami.errors import LoginRefusedError
from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.errors import OutcomeUnknownError
from fastagi_server.asterisk.visit import visit


async def ask_how_it_is(connection: Connection) -> str:
    answered = await connection.ask(actions.CoreStatus())
    return answered.response.headers.get("CoreCurrentCalls")


class Visit:
    def __init__(self, manager: Any, outcome: Callable[[Any], list[Any]], work: Any = ask_how_it_is) -> None:
        self.manager = manager
        self.clock = MemoryReactorClock()
        self.over = outcome(
            visit(
                TCP4ClientEndpoint(self.clock, "127.0.0.1", 5038),
                credentials=Credentials(username="discador", secret=lambda: "s"),
                patience=Patience(),
                alarm=self.clock,
                work=work,
            )
        )
        *_, self.factory, _, _ = self.clock.tcpClients[-1]

    def let_in(self) -> Any:
        asterisk = self.manager(self.factory.buildProtocol(None), self.clock)
        asterisk.lets_in()
        return asterisk


@pytest.fixture
def visiting(manager: Any, outcome: Callable[[Any], list[Any]]) -> Callable[..., Visit]:
    return lambda **given: Visit(manager, outcome, **given)


def test_log_in_ask_and_leave(visiting: Callable[..., Visit]) -> None:
    here = visiting()
    asterisk = here.let_in()
    asterisk.says("Event: Hangup", "Channel: c", "Uniqueid: u", "Cause: 16")  # a visitor listens to nobody
    asterisk.answers(asterisk.hears_one("CoreStatus"), "CoreCurrentCalls: 7")
    assert here.over == []

    assert asterisk.closed
    assert here.over == ["7"]
    assert here.clock.getDelayedCalls() == []


def test_a_refused_work_leaves_too(visiting: Callable[..., Visit]) -> None:
    async def fail(connection: Connection) -> None:
        raise ValueError("a mistake")

    here = visiting(work=fail)
    asterisk = here.let_in()

    assert asterisk.closed
    assert [str(one) for one in here.over] == ["a mistake"]


def test_nobody_there(visiting: Callable[..., Visit]) -> None:
    here = visiting()
    here.factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))

    assert [type(one) for one in here.over] == [ConnectionRefusedError]


def test_not_let_in(visiting: Callable[..., Visit], manager: Any) -> None:
    here = visiting()
    asterisk = manager(here.factory.buildProtocol(None), here.clock)
    asterisk.greets()
    asterisk.answers(asterisk.hears_one("Challenge"), "Message: Authentication failed", response="Error")

    assert asterisk.closed
    assert [type(one) for one in here.over] == [LoginRefusedError]


def test_nothing_is_said_at_all(visiting: Callable[..., Visit], manager: Any) -> None:
    here = visiting()
    asterisk = manager(here.factory.buildProtocol(None), here.clock)
    here.clock.advance(Patience().action)

    assert asterisk.closed
    assert [type(one) for one in here.over] == [OutcomeUnknownError]


def test_the_link_is_lost_in_mid_work(visiting: Callable[..., Visit]) -> None:
    here = visiting()
    here.let_in().hangs_up()

    assert [type(one) for one in here.over] == [OutcomeUnknownError]
    assert here.over[0].details["action"] == "CoreStatus"
