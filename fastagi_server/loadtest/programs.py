"""Programs of the operating system: those that end at once, and those that a lab leaves running.

A running program is known by its pid file, and counts as ours only while its command line carries the lab's
own path: a recycled pid belongs to somebody else and is left alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest.errors import NotReadyError, ProgramFailedError

TICK_SECONDS = 0.02
_PATIENCE_SECONDS = 10.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DETACH = 'ulimit -n "$(ulimit -Hn)"; echo $$ >"$0"; exec "$@"'


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program that a lab leaves running; `mark` is the argument that no other process carries."""

    name: str
    argv: tuple[str, ...]
    mark: str
    pid_file: Path
    log: Path


def run(*argv: str, stdin: str = "", env: dict[str, str] | None = None) -> str:
    """Run a program to its end and give what it printed; an exit status but 0 is an error that quotes it."""
    done = subprocess.run(
        argv,
        input=stdin,
        text=True,
        errors="replace",
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": _PATH, **(env or {})},
    )
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise ProgramFailedError(command=" ".join(argv), status=done.returncode, told=" / ".join(told))
    return done.stdout


def start(program: Program) -> int:
    """Start a program that outlives us, with as many open files as it may have, and give its pid."""
    program.pid_file.unlink(missing_ok=True)
    with program.log.open("ab") as log:
        subprocess.run(
            ("setsid", "--fork", "sh", "-c", _DETACH, str(program.pid_file), *program.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": _PATH, "LANG": "C.UTF-8", "TZ": "UTC"},
            check=True,
        )
    wait_until(lambda: pid_of(program) is not None, program)
    return pid_of(program) or 0


def pid_of(program: Program) -> int | None:
    """Give the pid if the program runs and is ours, else None."""
    try:
        pid = int(program.pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (OSError, ValueError):
        return None
    return pid if program.mark in command else None


def end(program: Program, patience: float = _PATIENCE_SECONDS) -> None:
    """End a program if it is ours: ask it, wait for it, and after the patience insist."""
    pid = pid_of(program)
    for what in (signal.SIGTERM, signal.SIGKILL):
        if pid is None or pid_of(program) != pid:
            break
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            break
        _poll(lambda: pid_of(program) is None, patience)
    program.pid_file.unlink(missing_ok=True)


def wait_until(ready: Callable[[], bool], program: Program, patience: float = _PATIENCE_SECONDS) -> None:
    """Wait until a condition holds; when it never does the error quotes the end of the program's log."""
    if not _poll(ready, patience):
        raise NotReadyError(what=program.name, seconds=patience, log=tail(program.log))


def tail(log: Path, lines: int = 5) -> str:
    """Give the last lines of a log in one."""
    if not log.exists():
        return "(no log)"
    return " / ".join(log.read_text(errors="replace").splitlines()[-lines:])


def _poll(ready: Callable[[], bool], patience: float) -> bool:
    for _ in range(max(1, int(patience / TICK_SECONDS))):
        if ready():
            return True
        time.sleep(TICK_SECONDS)
    return ready()


def commands_missing(names: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Give those of the commands that none of the folders holds."""
    return [name for name in names if not any((folder / name).exists() for folder in folders)]
