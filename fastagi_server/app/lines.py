"""How a line of standard error's log looks: only what we say begins with a time."""

from __future__ import annotations

import logging
import time

FORMAT = "%(asctime)s %(levelname)s %(message)s"


class OneLine(logging.Formatter):
    """Puts what spans lines, a traceback say, under its own line, indented; nothing moves a terminal.

    So no text of anybody's, be it a person's, a carrier's or a file's, can look like a line of ours.
    """

    _second = -1
    _spelt = ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's
        """Give the time of a record; each second is spelt once, for there are as many lines as calls."""
        if datefmt is not None:
            return super().formatTime(record, datefmt)
        second = int(record.created)
        if second != self._second:
            self._spelt = time.strftime(self.default_time_format, self.converter(second))
            self._second = second
        return f"{self._spelt},{int(record.msecs):03d}"

    def format(self, record: logging.LogRecord) -> str:
        """Give one record as text."""
        told = super().format(record)
        if told.isprintable():
            return told
        return "\n  ".join(_visible(line) for line in told.split("\n"))


def only_what_is_said() -> None:
    """Have records carry neither who called nor which thread and process it was: no line of ours says it.

    To find that out is most of what a line costs; logging itself documents the way.
    """
    logging._srcfile = None  # noqa: SLF001 - the documented name
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _visible(line: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
