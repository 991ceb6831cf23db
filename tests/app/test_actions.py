"""Whole programs beside an Asterisk's manager of our own making; the real one's tests are in tests/calls."""

from __future__ import annotations

import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from fastagi_server.app.actions import linked, listen_to_logs
from fastagi_server.app.errors import NoAsteriskError
from fastagi_server.config.settings import Settings

Make = Callable[[dict[str, str]], Any]
NUMBER = "+525550001003"
RIGHTS = (
    "Response: Success\r\nOriginate: x\r\nHangup: x\r\nReload: x\r\nShowDialPlan: x\r\nDBGetTree: x\r\n"
    "DBDel: x\r\nCoreShowChannels: x"
)
COMMANDS = [("call", NUMBER), ("apply",)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_wrong_secret_is_told_plainly_and_at_once(
    command: tuple[str, ...], program: Any, manager: Make, turned_away: dict[str, str]
) -> None:
    asterisk = manager(turned_away)
    program.asterisk = asterisk.port
    program.write()

    told = program.run(*command)

    assert told.returncode == 1
    assert told.stderr == (
        "discador: Asterisk refused the manager login of 'discador': Authentication failed.\n"
    )
    assert asterisk.heard == ["Challenge", "Login"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_where_no_asterisk_is_the_place_and_the_remedy_are_named(
    command: tuple[str, ...], program: Any
) -> None:
    told = program.run(*command)

    assert told.returncode == 1
    assert f"manager at 127.0.0.1:{program.asterisk} cannot be used: Connection was refused" in told.stderr
    assert "discador check" in told.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ("check",)], ids=lambda command: command[0])
def test_a_mute_asterisk_holds_nobody(command: tuple[str, ...], program: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        program.asterisk = mute.getsockname()[1]
        program.write()

        told = program.run(*command)

    assert told.returncode == 1
    assert "it did not let us in in time" in told.stdout + told.stderr


def test_missing_rights_are_named_before_anything_is_dialed(
    program: Any, manager: Make, let_in: dict[str, str]
) -> None:
    asterisk = manager({**let_in, "ListCommands": "Response: Success\r\nHangup: x\r\nReload: x"})
    program.asterisk = asterisk.port
    program.write()

    told = program.run("call", NUMBER)

    assert told.returncode == 1
    assert "'discador' may not do Originate, ShowDialPlan, DBGetTree, DBDel" in told.stderr
    assert asterisk.heard == ["Challenge", "Login", "ListCommands"]


def test_a_link_that_does_not_come_up_is_told_with_its_last_word(
    program: Any, manager: Make, let_in: dict[str, str]
) -> None:
    refused = "Response: Error\r\nMessage: Permission denied"
    program.asterisk = manager({**let_in, "ListCommands": RIGHTS, "DBGetTree": refused}).port
    program.write()

    told = program.run("call", NUMBER)

    assert told.returncode == 1
    assert f"manager at 127.0.0.1:{program.asterisk} cannot be used" in told.stderr
    assert "Permission denied" in told.stderr


def test_an_interrupt_while_the_link_comes_up_ends_the_command(
    program: Any, manager: Make, let_in: dict[str, str]
) -> None:
    asterisk = manager({**let_in, "ListCommands": RIGHTS})
    program.asterisk = asterisk.port
    program.write()
    command = program.start("call", NUMBER)
    while "DBGetTree" not in asterisk.heard:
        assert command.poll() is None
        time.sleep(0.01)

    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=10)

    assert command.returncode == 130
    assert "Traceback" not in out + err


def test_giving_up_on_a_link_names_the_place(settings: Settings, reactor: Any) -> None:
    class Waiting:
        why_not_linked = "it said nothing"

        def when_linked(self) -> Deferred[None]:
            return Deferred()

    from twisted.internet.defer import ensureDeferred

    told: list[Any] = []
    waiting = ensureDeferred(linked(Waiting(), settings, reactor))  # type: ignore[arg-type]
    waiting.addErrback(lambda failure: told.append(failure.value))

    reactor.advance(settings.asterisk.connect_seconds + settings.asterisk.action_seconds + 0.1)

    assert isinstance(told[0], NoAsteriskError)
    assert told[0].details == {"where": "127.0.0.1:5038", "why": "it said nothing"}


def test_the_log_is_the_settings_level_and_quiet_about_others_business(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(logging, "basicConfig", asked.update)
    monkeypatch.setattr("fastagi_server.app.actions.globalLogBeginner.beginLoggingTo", lambda *_, **__: None)
    lean: list[bool] = []
    monkeypatch.setattr("fastagi_server.app.actions.only_what_is_said", lambda: lean.append(True))

    listen_to_logs(settings)

    assert (asked["level"], lean) == ("INFO", [True])
    assert logging.getLogger("alembic").level == logging.WARNING
