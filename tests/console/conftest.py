"""The command line in this process, with actions that tell what they were asked for."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fastagi_server.config.settings import Settings
from fastagi_server.console import cli
from fastagi_server.console.actions import Applied, Finding
from fastagi_server.store import migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


class Actions:
    def __init__(self) -> None:
        self.dials: list[frames.Dial] = []
        self.frames: list[frames.Frame] = []
        self.findings: list[Finding] = []
        self.applied: list[str] = []
        self.comes_to = Applied(contexts=7)
        self.raises: BaseException | None = None

    def serve(self, settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
        self._raise()
        ready(settings.fastagi.uri)

    def call(
        self,
        settings: Settings,
        countries: Sequence[Country],
        dial: frames.Dial,
        tell: Callable[[frames.Frame], bool],
    ) -> None:
        self.dials.append(dial)
        for frame in self.frames:
            if tell(frame):
                return
        self._raise()

    def apply(self, settings: Settings, text: str, *, dry_run: bool) -> Applied:
        self._raise()
        if not dry_run:
            self.applied.append(text)
        return self.comes_to

    def check(self, settings: Settings, countries: Sequence[Country], text: str) -> list[Finding]:
        self._raise()
        return self.findings

    def _raise(self) -> None:
        if self.raises:
            raise self.raises


@dataclass
class Told:
    code: int
    out: str
    err: str


@dataclass
class Clock:
    """A clock that stands still."""

    at: float = 1_795_000_000.0  # 2026-11-18 11:06:40 UTC

    def wall(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


@dataclass
class Console:
    """Runs command lines in a folder with a configuration of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    actions: Actions = field(default_factory=Actions)
    clock: Clock = field(default_factory=Clock)

    def __call__(self, *argv: str, config: str = "discador.yml", **env: str) -> Told:
        self.capture.readouterr()
        code = cli.run(["--config", str(self.folder / config), *argv], env, self.actions, self.clock)
        out, err = self.capture.readouterr()
        return Told(int(code), out, err)

    def write(self, text: str) -> None:
        (self.folder / "discador.yml").write_text(text)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("console-store") / "discador.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def discador(tmp_path: Path, capsys: pytest.CaptureFixture[str], migrated: Path) -> Console:
    shutil.copy(migrated, tmp_path / "discador.db")
    (tmp_path / "dialplan").mkdir()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    console = Console(folder=tmp_path, capture=capsys)
    console.write(
        f"""
database_url: sqlite:///{tmp_path}/discador.db
desk: {tmp_path}/desk
fastagi: {{port: {port}}}
dialplan: {{folder: {tmp_path}/dialplan}}
trunks: {{carrier: {{dial: "PJSIP/{{number}}@carrier", pjsip: {{host: 127.0.0.1}}}}}}
callerids: {{mexico: ["+525550009000"]}}
"""
    )
    return console


class BrokenError(DiscadorError):
    """{what} broke."""


@pytest.fixture
def broken() -> DiscadorError:
    return BrokenError(what="the lamp")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., list[frames.Frame]]]:
    """Serve one asker after the other over a real socket: hear an order, write its answers, and leave.

    `desk(a, b)` answers one asker with two frames; `desk([a], [b])` answers two askers.
    """
    with ExitStack() as stack:

        def serve(*answers: frames.Frame | list[frames.Frame]) -> list[frames.Frame]:
            visits = [each for each in answers if isinstance(each, list)] or [list(answers)]
            heard: list[frames.Frame] = []
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(tmp_path / "desk"))
            listener.listen()

            def answer() -> None:
                for visit in visits:
                    with listener.accept()[0] as asker, asker.makefile("rb") as lines:
                        heard.append(frames.decode(lines.readline()))
                        for each in visit:
                            asker.sendall(frames.encode(each) + b"\n")

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            stack.callback(thread.join, 10)
            return heard

        yield serve


@pytest.fixture
def database(discador: Console) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{discador.folder}/discador.db")
    yield engine
    engine.dispose()
