"""The store is locked by another process in mid-campaign, and Asterisk's news are lost on their way.

What the carrier wrote is the truth; the store is read only afterwards.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastagi_server.app.clock import RealClock
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.books import Books, read_books
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import ContactState
from fastagi_server.telephony.disposition import Disposition
from tests.calls.test_campaign import QUICK, SPOKEN_BY_SLUG, american
from tests.conftest import ON_22

# What is away here is the store, not the Asterisk.
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300), ON_22]
LOCKED_SECONDS = 9.0
# The longest call that a callee of QUICK makes ends by itself well before this.
OVER_SECONDS = 90.0
NINES = "09"


class Deaf:
    """An AMI in between that loses every Hangup while it is told to."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.loses = False
        self.lost = 0
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def _begin(self, work: Any, *ends: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=ends, daemon=True))
        self._threads[-1].start()

    def close(self) -> None:
        for each in (self._listener, *self._ends):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for each in tuple(self._threads):
            each.join(timeout=10)
        for each in (self._listener, *self._ends):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self._port))
                self._ends += (ours, theirs)
                self._begin(self._tell, theirs, ours)
                self._begin(self._pass, ours, theirs)

    def _pass(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(65536):
                there.sendall(data)
            there.shutdown(socket.SHUT_RDWR)

    def _tell(self, here: socket.socket, there: socket.socket) -> None:
        """Pass on what Asterisk says, message by message; its banner is a line alone."""
        left = b""
        with suppress(OSError):
            while b"\r\n" not in left:
                left += here.recv(64)
            banner, _, left = left.partition(b"\r\n")
            there.sendall(banner + b"\r\n")
            while data := here.recv(65536):
                *messages, left = (left + data).split(b"\r\n\r\n")
                heard = [each for each in messages if not self._is_lost(each)]
                there.sendall(b"".join(each + b"\r\n\r\n" for each in heard))
            there.shutdown(socket.SHUT_RDWR)

    def _is_lost(self, message: bytes) -> bool:
        lost = self.loses and message.startswith(b"Event: Hangup\r\n")
        self.lost += lost
        return lost


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"away-{os.getpid()}"
    where = lab.up(name, release=release, countries=list(SPOKEN_BY_SLUG.values()))
    office = Office(lab=where, command=command, clock=RealClock())
    office.prepare()
    office.own([f"+13053200{n:03}" for n in range(40)])
    yield office
    office.service.stop()
    lab.down(name)


@pytest.fixture
def deaf(office: Office) -> Iterator[Deaf]:
    """Have the service's link go through a place where news can be lost."""
    file = office.service.config
    told: dict[str, Any] = yaml.safe_load(file.read_text())
    deaf = Deaf(told["asterisk"]["port"])
    told["asterisk"]["port"] = deaf.port
    file.write_text(yaml.safe_dump(told))
    yield deaf
    deaf.close()


def standing(office: Office) -> frames.Standing:
    told = next(ask(office.service.desk, frames.Ask(), patience=10))
    assert isinstance(told, frames.Standing)
    return told


def books(office: Office, name: str) -> Books:
    return read_books(office.database, [name], country="usa", day="")


def test_a_locked_store_stops_dialing_cuts_nobody_and_loses_nobody(office: Office) -> None:
    people = american(150, *QUICK, NINES)
    office.plan("locked", people, cps=10)
    office.serve()
    office.begin("locked")
    office.wait_until(lambda: len(office.rung(people)) >= 30, 60, "thirty rings")

    locked_at = time.time()
    file = office.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        office.wait_until(lambda: standing(office).store_away_since > 0, 5, "that it is away")
        known_after = time.time() - locked_at
        time.sleep(1)
        rung = len(office.rung(people))
        time.sleep(max(0.0, locked_at + LOCKED_SECONDS - time.time()))
        assert len(office.rung(people)) == rung, "nothing new is dialed"
        assert standing(office).why_not == "the store is away"
        other.execute("ROLLBACK")
    back_at = time.time()
    office.wait_until(lambda: len(office.rung(people)) > rung, 10, "the next ring")
    on_after = time.time() - back_at
    office.wait_until(lambda: office.standing("locked").state == "done", OVER_SECONDS, "its end")

    print(f"known after {known_after:.2f} s, dialing again after {on_after:.2f} s")  # noqa: T201 - the figures
    assert known_after < 3
    assert on_after < 5
    told = books(office, "locked")
    calls = office.rung(people)
    assert Counter(f"+{call.number}" for call in calls) == Counter(people), "each once, nobody lost"
    assert {each.state for each in told.contacts} == {ContactState.DONE}
    assert Disposition.UNKNOWN not in {each.disposition for each in told.calls}
    assert [each.call for each in told.calls if each.ended_at is None] == []
    pressed = {f"+{call.number}" for call in calls if call.number.endswith(NINES)}
    assert {each.number for each in told.calls if each.optout_at} == pressed


def test_ends_that_nobody_told_are_found_by_comparing_with_asterisk(office: Office, deaf: Deaf) -> None:
    people = american(60, "40", "42")
    office.plan("deaf", people, cps=10)
    office.serve()
    deaf.loses = True
    office.begin("deaf")
    office.wait_until(lambda: len(office.rung(people)) == 60, 60, "everybody's ring")
    assert deaf.lost
    office.wait_until(lambda: standing(office).live == 0, 30, "no call that Asterisk does not have")
    office.wait_until(lambda: office.standing("deaf").state == "done", 30, "its end")

    told = books(office, "deaf")
    assert Counter(f"+{call.number}" for call in office.rung(people)) == Counter(people)
    assert [each.call for each in told.calls if each.ended_at is None] == []
    assert {each.state for each in told.contacts} == {ContactState.DONE}
