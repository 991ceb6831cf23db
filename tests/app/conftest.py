"""A real store, a clock that tests move, a reactor in memory, and a whole program to run."""

from __future__ import annotations

import itertools
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock

from fastagi_server.config import countries as country_files
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.store import migrate
from fastagi_server.telephony.country import Country

CHOSEN_PORT = 40001
SECRET = "never-to-be-told-7"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def wall(self) -> float:
        return self.now

    def steady(self) -> float:
        return self.now


class Reactor(MemoryReactorClock):
    """Twisted's reactor in memory, with the one thing that it lacks: news from other threads."""

    def __init__(self) -> None:
        super().__init__()
        self._from_threads: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()

    def listenTCP(  # noqa: N802 - Twisted's name
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> Any:
        listening = super().listenTCP(port, factory, backlog, interface)
        if port == 0:
            listening._hostAddress = IPv4Address("TCP", interface, CHOSEN_PORT)
        return listening

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's
        self._from_threads.put(lambda: call(*args))

    def next(self) -> None:
        """Do the next thing that a thread tells, unless nobody tells any for a moment."""
        with suppress(queue.Empty):
            self._from_threads.get(timeout=0.05)()

    def until(self, done: Callable[[], object]) -> None:
        """Run what the threads tell until something is so."""
        while not done():
            self._from_threads.get(timeout=10)()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


@pytest.fixture
def dice() -> Callable[[int], bytes]:
    counter = itertools.count(1)
    return lambda size: next(counter).to_bytes(size, "big")


@pytest.fixture(scope="session")
def countries() -> tuple[Country, ...]:
    return tuple(each for each in country_files.load() if each.slug in {"mexico", "usa", "brasil"})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("app-store") / "discador.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def url(migrated: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'discador.db')}"


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=url,
        desk=tmp_path / "desk",
        trunks={"carrier": Trunk(dial="PJSIP/{number}@carrier", ring_seconds=20)},
        callerids={"mexico": ("+525550009000", "+525550009001")},
    )


@dataclass
class Program:
    """The discador command as its users run it, with a configuration of its own."""

    folder: Path
    fastagi: int
    asterisk: int
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "discador.yml"

    @property
    def desk(self) -> Path:
        return self.folder / "desk"

    def write(self) -> None:
        (self.folder / "dialplan").mkdir(exist_ok=True)
        self.config.write_text(
            f"""
database_url: sqlite:///{self.folder}/discador.db
desk: {self.desk}
log_level: DEBUG
asterisk: {{port: {self.asterisk}, connect_seconds: 1, action_seconds: 1}}
fastagi: {{port: {self.fastagi}}}
dialplan: {{folder: {self.folder}/dialplan}}
trunks: {{carrier: {{dial: "PJSIP/{{number}}@carrier"}}}}
callerids: {{mexico: ["+525550009000"]}}
"""
        )

    def run(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self._command(args), env=self._env(env), capture_output=True, text=True, timeout=30, check=False
        )
        assert SECRET not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self._command(args),
            env=self._env(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.stack.callback(_reap, process)
        return process

    def serve(self) -> subprocess.Popen[str]:
        """Start the service and wait until it says that it is ready."""
        process = self.start("serve")
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        return process

    def _command(self, args: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "fastagi_server", "--config", str(self.config), *args]

    def _env(self, env: dict[str, str]) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**inherited, "DISCADOR_AMI_SECRET": SECRET, "LANG": "C.UTF-8", **self.env, **env}


def _reap(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


@pytest.fixture
def program(url: str, tmp_path: Path) -> Iterator[Program]:
    with ExitStack() as stack:
        made = Program(folder=tmp_path, fastagi=free_port(), asterisk=free_port(), stack=stack)
        made.write()
        yield made


class Manager:
    """An Asterisk's manager that says what it is told to say, action by action."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # shutdown, not close alone: it wakes the accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as wire:
                self._converse(wire)

    def _converse(self, wire: Any) -> None:
        wire.write(b"Asterisk Call Manager/11.0.0\r\n")
        wire.flush()
        headers: dict[str, str] = {}
        try:
            for line in wire:
                name, _, value = line.decode().strip().partition(": ")
                if name:
                    headers[name] = value
                    continue
                self.heard.append(headers["Action"])
                answer = self._answers.get(headers["Action"])
                if answer is not None:
                    wire.write(f"{answer}\r\nActionID: {headers['ActionID']}\r\n\r\n".encode())
                    wire.flush()
                headers = {}
        except OSError:
            return


CHALLENGE = {"Challenge": "Response: Success\r\nChallenge: 123456"}
LET_IN = {
    # It has booted: the context that we ask for is there, or we may not see it.
    "ShowDialPlan": "Response: Error\r\nMessage: Permission denied",
    **CHALLENGE,
    "Login": "Response: Success\r\nMessage: Authentication accepted",
    "Filter": "Response: Success\r\nMessage: Filter Added Successfully",
}
TURNED_AWAY = {**CHALLENGE, "Login": "Response: Error\r\nMessage: Authentication failed"}


@pytest.fixture
def manager() -> Iterator[Callable[[dict[str, str]], Manager]]:
    made: list[Manager] = []

    def make(answers: dict[str, str]) -> Manager:
        made.append(Manager(answers))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def let_in() -> dict[str, str]:
    return dict(LET_IN)


@pytest.fixture
def turned_away() -> dict[str, str]:
    return dict(TURNED_AWAY)
