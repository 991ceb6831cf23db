"""How a line of standard error's log looks: only what we say begins with a time."""

from __future__ import annotations

import logging


class OneLine(logging.Formatter):
    """Puts what spans lines, a traceback say, under its own line, indented; nothing moves a terminal.

    So no text of anybody's, be it a person's, a carrier's or a file's, can look like a line of ours.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give one record as text."""
        told = super().format(record)
        if told.isprintable():
            return told
        return "\n  ".join(_visible(line) for line in told.split("\n"))


def _visible(line: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
