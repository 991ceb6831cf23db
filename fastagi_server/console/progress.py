"""Shows on a terminal how far a long command is; a pipe, a file and a program get nothing of it.

This file does not know how much there is in all: a list is read as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

STEP = 5_000
_ERASE = "\r\x1b[K"


def watched(rows: Iterable[T], doing: str, *, step: int = STEP) -> Iterator[T]:
    """Give the rows as they are, and show on standard error how many have come, if anybody looks there."""
    if not sys.stderr.isatty():
        yield from rows
        return
    shown = False
    try:
        for count, row in enumerate(rows, 1):
            if count % step == 0:
                shown = True
                click.echo(f"{_ERASE}{doing}: {count:,}", nl=False, err=True)
            yield row
    finally:
        # What follows, an error too, begins on a clean line.
        if shown:
            click.echo(_ERASE, nl=False, err=True)
