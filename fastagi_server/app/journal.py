"""Log files of JSON lines, written by a thread of their own: a disk that is slow, full or gone stops no call.

This file does not know what is worth a line. Whoever tells it something waits for nothing: what the thread
cannot keep up with is dropped and counted, and each trouble is told once.
"""

from __future__ import annotations

import enum
import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

WAITING = 10_000
CLOSING_SECONDS = 2.0
_MODE = 0o640
_FOLDER_MODE = 0o750
_Line = tuple[str, str]


class File(enum.StrEnum):
    """The three files, by the names that the guide gives them."""

    PERFORMANCE = "performance"
    CLI_MANAGER = "cli_manager"
    LOAD_TEST = "load_test"


class Journal:
    """Writes lines into a folder; `warn` is told of a trouble when it begins and when it is over."""

    def __init__(
        self,
        *,
        folder: Path,
        max_bytes: int,
        keep: int,
        least: int,
        wall: Callable[[], float],
        warn: Callable[..., None],
        waiting: int = WAITING,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._keep = keep
        self._least = least
        self._wall = wall
        self._warn = warn
        self._lines: queue.Queue[_Line | None] = queue.Queue(waiting)
        self._dropped = 0
        self._broken: set[str] = set()
        self._files: dict[str, RotatingFileHandler] = {}
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._thread.start()

    def tell(
        self,
        file: File,
        event: str,
        fields: Mapping[str, object],
        *,
        call: str | None = None,
        level: int = logging.INFO,
    ) -> None:
        """Write a line some time soon; who tells it does not wait. No field takes the place of the head's."""
        if level < self._least:
            return
        at = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds")
        head = {"at": at.replace("+00:00", "Z"), "level": logging.getLevelName(level), "event": event}
        if call:
            head["call_id"] = call
        rest = {name: value for name, value in fields.items() if name not in head}
        line = json.dumps({**head, **rest}, default=str)
        try:
            self._lines.put_nowait((file, line))
        except queue.Full:
            self._dropped += 1
            if self._dropped == 1:
                self._warn("log files: the disk does not keep up, lines are dropped")
            return
        if self._dropped:
            self._warn("log files: %s lines were dropped", self._dropped)
            self._dropped = 0

    def close(self, seconds: float = CLOSING_SECONDS) -> None:
        """Write what waits, but never wait for ever."""
        with suppress(queue.Full):
            self._lines.put(None, timeout=seconds)
        self._thread.join(seconds)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(*line)
        for each in self._files.values():
            with suppress(OSError):
                each.close()

    def _write(self, file: str, line: str) -> None:
        try:
            if file not in self._files:
                self._files[file] = self._open(file)
            self._files[file].emit(logging.makeLogRecord({"msg": line}))
        except Exception as error:  # noqa: BLE001 - whatever a disk can do, the next line is tried
            self._drop(file)
            if file not in self._broken:
                self._broken.add(file)
                self._warn("log files: %s.log cannot be written, calls go on: %s", file, error)
        else:
            if file in self._broken:
                self._broken.discard(file)
                self._warn("log files: %s.log is written again", file)

    def _open(self, file: str) -> RotatingFileHandler:
        self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path = self._folder / f"{file}.log"
        _make(str(path))
        handler = RotatingFileHandler(
            path, maxBytes=self._max_bytes, backupCount=self._keep, encoding="utf-8"
        )
        handler.rotator = _rotate
        # Its own way is a traceback on standard error for each line.
        handler.handleError = _tell_us  # type: ignore[assignment, method-assign]
        return handler

    def _drop(self, file: str) -> None:
        """Open the file anew for the next line: what a stream holds after an error is not known."""
        handler = self._files.pop(file, None)
        if handler is not None:
            with suppress(Exception):
                handler.close()


def _tell_us(_: logging.LogRecord) -> None:
    """Raise again what the handler has caught."""
    raise  # noqa: PLE0704 - it is called where the error is being handled


def _make(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE))


def _rotate(source: str, dest: str) -> None:
    """Put a file aside and begin the next one, for its owner and group as the first."""
    Path(source).replace(dest)
    _make(source)
