"""A PostgreSQL of its own for labs, tests and measurements: a fresh cluster in a folder, gone with it.

It listens on a free port of the loopback only and keeps its promises as one that serves does (fsync is on).
What the system itself runs, Debian's default cluster among it, is neither used nor touched.
"""

from __future__ import annotations

import os
import pwd
import secrets  # noqa: TID251 - the lab is its own door: nobody above it has chance to hand in
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.loadtest import debian, programs
from fastagi_server.loadtest.errors import NotReadyError
from fastagi_server.loadtest.owned import Owner, make_folder, write_file
from fastagi_server.loadtest.programs import Program, run

USER = "postgres"
ROLE = "discador"
DATABASE = "discador"
_LIBRARY = Path("/usr/lib/postgresql")
_BOOT_SECONDS = 30.0
_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running PostgreSQL; its administrator and its plain user have one secret."""

    folder: Path
    port: int
    secret: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address of the database that it is made with, empty and owned by a plain user."""
        return self.url_of(DATABASE)

    def url_of(self, database: str, role: str = ROLE) -> str:
        """Give the address of any database."""
        return f"postgresql://{role}:{self.secret}@127.0.0.1:{self.port}/{database}"

    @property
    def admin(self) -> str:
        """The administrator's address, for those who make databases."""
        return self.url_of("postgres", USER)

    @property
    def pid(self) -> int | None:
        """The server's pid, None when it does not run."""
        return programs.pid_of(self.program)

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.program.log

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        programs.start(self.program)
        programs.wait_until(lambda: self._is_ready() or not self.pid, self.program, _BOOT_SECONDS)
        if not self.pid:
            raise NotReadyError(what="PostgreSQL", seconds=_BOOT_SECONDS, log=programs.tail(self.log))

    def stop(self) -> None:
        """End it: sessions are broken off, what was committed stays."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGINT)
        programs.end(self.program)

    def family(self) -> list[int]:
        """Give the pids of the server and of its sessions; none when it does not run."""
        pid = self.pid
        return [] if pid is None else [pid, *_children(pid)]

    def kill(self) -> None:
        """Kill it as a power cut would: its sessions, which would outlive it for a moment, die with it."""
        family = self.family()
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        programs.wait_until(lambda: not any(map(_lives, family)), self.program)
        # After a power cut no process has that number; here one that nobody has buried yet may.
        (self.folder / "data/postmaster.pid").unlink(missing_ok=True)

    @property
    def program(self) -> Program:
        """The server as a program of the operating system."""
        data = str(self.folder / "data")
        told = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        argv = (str(_programs() / "postgres"), "-D", data, *(f"--{name}={told[name]}" for name in told))
        return Program(
            name="PostgreSQL",
            argv=(*_as_server(), *argv),
            mark=data,
            pid_file=self.folder / "postgres.pid",
            log=self.folder / "postgres.log",
        )

    def _is_ready(self) -> bool:
        """Say what the server has written of itself, as pg_ctl reads it: another may answer at our port."""
        try:
            told = (self.folder / "data/postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return told[:1] == [str(self.pid)] and told[-1].strip() == "ready"

    def say(self, words: str) -> None:
        """Give the administrator's orders in SQL."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", "postgres")
        quiet = ("-q", "-v", "ON_ERROR_STOP=1")
        run(str(_programs() / "psql"), *quiet, *where, stdin=words, env={"PGPASSWORD": self.secret})


def install() -> None:
    """Install PostgreSQL by apt-get if the machine has none."""
    if not any(_LIBRARY.glob("*/bin/initdb")):
        debian.install(["postgresql"])


def up(folder: Path) -> Cluster:
    """Make a cluster in a folder of its own and start it."""
    install()
    owner = _server_owner()
    secret = secrets.token_hex(16)
    make_folder(folder, owner, 0o700)
    write_file(folder / "secret", f"{secret}\n", owner, 0o600)
    _run("initdb", "-D", f"{folder}/data", "-U", USER, f"--pwfile={folder}/secret", *_INITDB)
    cluster = _start(folder, secret)
    cluster.say(
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{secret}';CREATE DATABASE {DATABASE} OWNER {ROLE};"
    )
    write_file(folder / "port", f"{cluster.port}\n", owner, 0o600)
    return cluster


_INITDB = ("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")


def load(folder: Path) -> Cluster:
    """Find the cluster that `up` left running in a folder."""
    secret, port = ((folder / name).read_text().strip() for name in ("secret", "port"))
    return Cluster(folder=folder, port=int(port), secret=secret)


def down(cluster: Cluster) -> None:
    """End a cluster and remove its folder."""
    cluster.stop()
    shutil.rmtree(cluster.folder)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Give a cluster for as long as somebody needs it."""
    cluster = up(folder)
    try:
        yield cluster
    finally:
        down(cluster)


def _start(folder: Path, secret: str) -> Cluster:
    for _ in range(_TRIES):
        cluster = Cluster(folder=folder, port=_free_port(), secret=secret)
        try:
            cluster.start()
        except NotReadyError as error:
            # Somebody else may have taken the port between our look and the server's.
            failed = error
        else:
            return cluster
    raise failed


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in told.split()]


def _lives(pid: int) -> bool:
    """Say whether a process still holds anything: one that only waits to be buried does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def _programs() -> Path:
    """Give the folder of the newest PostgreSQL that the machine has."""
    found = [path.parent for path in _LIBRARY.glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name))


def _server_owner() -> Owner:
    """Give who runs the server: it refuses root, so root lends it the package's own user."""
    if os.geteuid():
        return Owner(uid=os.getuid(), gid=os.getgid())
    entry = pwd.getpwnam(USER)
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def _as_server() -> tuple[str, ...]:
    if os.geteuid():
        return ()
    return ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups")


def _run(name: str, *words: str) -> None:
    run(*_as_server(), str(_programs() / name), *words)
