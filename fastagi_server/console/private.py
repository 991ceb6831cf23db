"""A file that may hold a secret or people's numbers: in place all at once, and only for its owner and group.

This file does not know what is written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from fastagi_server.console.errors import CannotWriteError

MODE = 0o640


def write(path: Path, text: str) -> None:
    """Put the text there."""
    with replacing(path) as file:
        file.write(text)


@contextmanager
def replacing(path: Path, newline: str | None = None) -> Iterator[TextIO]:
    """Give a file that takes the place once it is whole, and never if anything goes wrong.

    A file that was there keeps its group, so that its reader stays its reader.
    """
    # Whoever links the file into Asterisk's folder keeps his link.
    place = path.resolve()
    new = place.with_name(f".{place.name}.new")
    try:
        before = place.stat() if place.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            raise CannotWriteError(path=str(path), why="it is not a regular file")
        new.unlink(missing_ok=True)
        opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8", newline=newline) as file:
            yield file
            if before is not None:
                with suppress(PermissionError):
                    os.fchown(file.fileno(), -1, before.st_gid)
            os.fchmod(file.fileno(), MODE)
        new.replace(place)
    except OSError as error:
        raise CannotWriteError(path=str(path), why=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            new.unlink()
