"""Where the dialplan's file is put: a folder that Asterisk reads, or through a hook to a machine far away.

This file does not know what is in the file, nor whether Asterisk reads it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from fastagi_server.telephony.errors import DiscadorError

_READABLE = 0o644
_FILE = "{file}"
_TOLD = 300
InThread = Callable[[Callable[[], None]], Awaitable[None]]


class NotWritableError(DiscadorError):
    """{path} cannot be written: {why}. The user who runs Discador must own the folder."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


class HookFailedError(DiscadorError):
    """The hook {command!r} failed ({why}): {said}. No reload; it may have the new file: apply again."""

    def __init__(self, *, command: str, why: str, said: str) -> None:
        super().__init__(command=command, why=why, said=said)


class Place(Protocol):
    """Where the file is put."""

    @property
    def path(self) -> Path:
        """The file, as this machine sees it."""
        ...

    def contents(self) -> bytes | None:
        """Give what was put there last; None where nothing ever was."""
        ...

    async def put(self, data: bytes | None) -> None:
        """Put a whole file there, or none at all."""
        ...


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of this machine, which Asterisk reads."""

    path: Path

    def contents(self) -> bytes | None:
        """Give the file as it is."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotWritableError(path=str(self.path), why=error.strerror or str(error)) from error

    async def put(self, data: bytes | None) -> None:
        """Write the file, or remove it."""
        if data is not None:
            write(self.path, data)
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise NotWritableError(path=str(self.path), why=error.strerror or str(error)) from error


@dataclass(frozen=True, kw_only=True)
class Hooked:
    """A file of this machine, and a command that takes it to Asterisk's.

    The command finds the file by its path, where an argument says {file}, and on its standard input.
    `in_thread` runs it where waiting holds up nobody.
    """

    path: Path
    command: Sequence[str]
    seconds: float
    in_thread: InThread

    def contents(self) -> bytes | None:
        """Give what was taken there last."""
        return Folder(path=self.path).contents()

    async def put(self, data: bytes | None) -> None:
        """Write the file and have it taken there; nothing at all is an empty file on the other side.

        What could not be taken there does not count as put.
        """
        before = self.contents()
        await Folder(path=self.path).put(data or b"")
        try:
            await self.in_thread(self._run)
        except HookFailedError:
            await Folder(path=self.path).put(before)
            raise

    def _run(self) -> None:
        argv = [argument.replace(_FILE, str(self.path)) for argument in self.command]
        with tempfile.TemporaryFile() as said, self.path.open("rb") as file:
            why = _why_not(argv, file, said, self.seconds)
            if why:
                said.seek(0)
                heard = said.read()[-_TOLD:].decode(errors="replace")
                plain = "".join(each if each.isprintable() else " " for each in heard).strip()
                raise HookFailedError(command=argv[0], why=why, said=plain or "it said nothing")


def _why_not(argv: Sequence[str], file: IO[bytes], said: IO[bytes], seconds: float) -> str:
    """Run a command without a shell and say why it failed; empty when it did not."""
    try:
        # A session of its own: what it starts ends with it when its time is over.
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, no shell
            argv, stdin=file, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        return error.strerror or str(error)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"not done within {seconds:g} s"
    return f"exit code {code}" if code else ""


def write(path: Path, data: bytes) -> None:
    """Write a whole file or nothing; a reader never sees half of it, and nothing is left beside it.

    Each writer has a new file of its own: two at once do not mix, and no link that stands there is followed.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    except OSError as error:
        raise NotWritableError(path=str(path), why=error.strerror or str(error)) from error
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(_READABLE)
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise NotWritableError(path=str(path), why=error.strerror or str(error)) from error
