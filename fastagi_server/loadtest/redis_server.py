"""A Redis of one's own on a free loopback port, for as long as somebody needs it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest import debian
from fastagi_server.loadtest.errors import NotReadyError

COMMAND = "redis-server"
_READY_SECONDS = 20.0
_TICK = 0.02


@dataclass(kw_only=True)
class RedisServer:
    """One server; it keeps nothing on disk."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        where = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder))
        nothing = ("--save", "", "--appendonly", "no")
        self.process = subprocess.Popen(
            [COMMAND, *where, *nothing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(round(_READY_SECONDS / _TICK)):
            if self._answers():
                return
            time.sleep(_TICK)
        raise NotReadyError(what="Redis", seconds=_READY_SECONDS, log="")

    def stop(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as asked:
                asked.sendall(b"PING\r\n")
                return asked.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def install() -> None:
    """Install Redis by apt-get if the machine has none."""
    if shutil.which(COMMAND) is None:
        debian.install([COMMAND])


@contextmanager
def running(folder: Path) -> Iterator[RedisServer]:
    """Give a server for as long as somebody needs it."""
    install()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = RedisServer(folder=folder, port=port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
