"""A file that may hold a secret: in place all at once, and only its owner and group may read it.

This file does not know what is written.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from fastagi_server.console.errors import CannotWriteError

MODE = 0o640


def write(path: Path, text: str) -> None:
    """Put the text there; a file that was there keeps its group, so that its reader stays its reader."""
    # Whoever links the file into Asterisk's folder keeps his link.
    place = path.resolve()
    new = place.with_name(f".{place.name}.new")
    try:
        before = place.stat() if place.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            raise CannotWriteError(path=str(path), why="it is not a regular file")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - its mode is part of its making
            file.write(text)
            if before is not None:
                with suppress(PermissionError):
                    os.fchown(file.fileno(), -1, before.st_gid)
            os.fchmod(file.fileno(), MODE)
        new.replace(place)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise CannotWriteError(path=str(path), why=error.strerror or str(error)) from error
