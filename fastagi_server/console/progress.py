"""Shows on a terminal how far a long command is; a pipe, a file and a program get nothing of it.

This file does not know how much there is in all: a list is read as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

T = TypeVar("T")

STEP = 5_000
_ERASE = "\r\x1b[K"


@contextmanager
def line() -> Iterator[Callable[[str], None] | None]:
    """Give what shows a text on the terminal's one line, or None where nobody looks; the line ends clean."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = False

    def show(text: str) -> None:
        nonlocal shown
        shown = True
        click.echo(f"{_ERASE}{text}", nl=False, err=True)

    try:
        yield show
    finally:
        # What follows, an error too, begins on a clean line.
        if shown:
            click.echo(_ERASE, nl=False, err=True)


def watched(rows: Iterable[T], doing: str, *, step: int = STEP) -> Iterator[T]:
    """Give the rows as they are, and show on standard error how many have come, if anybody looks there."""
    with line() as show:
        for count, row in enumerate(rows, 1):
            if show is not None and count % step == 0:
                show(f"{doing}: {count:,}")
            yield row
