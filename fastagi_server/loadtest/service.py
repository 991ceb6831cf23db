"""Discador installed for its own user, and run as that user beside a lab.

It is installed as anybody would, from the source tree into an environment of its own: the tree may lie where
Discador's user cannot look, and so the package is tried as it travels. This file reads no configuration.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest import debian, priority, programs
from fastagi_server.loadtest.errors import NoPythonError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.programs import Program, run

SOURCES = (
    "fastagi_server",
    "dialplan_templates",
    "etc",
    "setup.cfg",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
_WANTED = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
_READY_SECONDS = 20.0
# What somebody has set for a Discador of their own, in the environment or a .env file, is not the lab's.
_APART = ("env", "--chdir=/", "--unset=DATABASE_URL", "--unset=REDIS_URL")


def install(source: Path, cache: Path) -> Path:
    """Install the tree for Discador's user and give the command; an unchanged tree is installed once."""
    debian.need_root("it installs for another user")
    debian.make_user()
    folder = cache / f"service-{hashlib.sha256(bytes(source.resolve())).hexdigest()[:12]}"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, now = folder / "stamp", fingerprint(source)
        if not stamp.exists() or stamp.read_text() != now:
            stamp.unlink(missing_ok=True)
            _install(source, folder / "venv")
            stamp.write_text(now)
    return folder / "venv/bin/discador"


def fingerprint(source: Path) -> str:
    """Give what changes when any file changes that the package is made of."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in _files(source):
        digest.update(f"{path.relative_to(source)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = source / name
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in inside if each.is_file() and "__pycache__" not in each.parts)


def _install(source: Path, venv: Path) -> None:
    if not (venv / "bin/python").exists():
        run(_python(), "-m", "venv", "--clear", str(venv))
    built = venv.parent / "source"
    run("rm", "-rf", str(built))
    built.mkdir()
    # A build leaves folders behind in its tree, so it gets a copy.
    run("cp", "-r", *(str(source / name) for name in SOURCES), str(built))
    pip = (str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, str(built))
    run(*pip, "--force-reinstall", "--no-deps", str(built))


def _python() -> str:
    """Give an interpreter that Discador's user may run: one under somebody's home will not do."""
    candidates = [str(Path(sys.base_prefix) / "bin/python3"), "/usr/bin/python3"]
    for python in candidates:
        if Path(python).exists() and _usable(python):
            return python
    raise NoPythonError(tried=", ".join(candidates))


def _usable(python: str) -> bool:
    asked = ("runuser", "-u", debian.USER, "--", python, "-c", _WANTED)
    done = subprocess.run(asked, check=False, cwd="/", capture_output=True)
    return done.returncode == 0


def as_user(command: Path, config: Path, *words: str) -> tuple[str, ...]:
    """Give the command line that runs Discador as its own user with a configuration."""
    return ("runuser", "-u", debian.USER, "--", *_APART, str(command), "--config", str(config), *words)


@dataclass(frozen=True, kw_only=True)
class Service:
    """`discador serve` beside a lab; a second engine has a suffix, and a configuration of that name."""

    lab: Lab
    command: Path
    suffix: str = ""

    @property
    def config(self) -> Path:
        """The configuration that it runs with."""
        return self.lab.paths.config.with_stem(f"discador{self.suffix}")

    @property
    def desk(self) -> Path:
        """Its desk, as its configuration must have it."""
        return self.lab.paths.desk.with_stem(f"desk{self.suffix}")

    def once(self, *words: str) -> str:
        """Run one command to its end and give what it printed."""
        return run(*as_user(self.command, self.config, *words))

    def start(self) -> int:
        """Start serving, wait until the desk is open, and give the pid."""
        program = self._program
        owner = debian.make_user()
        program.log.touch()
        os.chown(program.log, owner.uid, owner.gid)
        programs.start(program)
        programs.wait_until(self._open, program, _READY_SECONDS)
        return self.pid or 0

    def stop(self) -> None:
        """End it as systemd would."""
        programs.end(self._program)

    def send(self, what: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.pid:
            os.kill(self.pid, what)

    @property
    def pid(self) -> int | None:
        """The pid, None when it does not run."""
        return programs.pid_of(self._program)

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self._program.log

    def _open(self) -> bool:
        with closing(socket.socket(socket.AF_UNIX)) as desk:
            return desk.connect_ex(str(self.desk)) == 0

    @property
    def _program(self) -> Program:
        argv: Sequence[str] = (
            *priority.of_the_engine(),
            "setpriv",
            f"--reuid={debian.USER}",
            f"--regid={debian.USER}",
            "--init-groups",
            str(self.command),
            "--config",
            str(self.config),
            "serve",
        )
        return Program(
            name="discador serve",
            argv=tuple(argv),
            mark=str(self.config),
            pid_file=self.lab.paths.folder / f"discador{self.suffix}.pid",
            log=self.lab.paths.folder / f"discador{self.suffix}.log",
        )
