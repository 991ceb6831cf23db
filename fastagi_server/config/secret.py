"""A secret's own file: only its owner and group may read it, and nothing of it is ever told.

This file does not know what the secret opens.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from fastagi_server.config import shapes

MAX_BYTES = 4096


class Unusable(Exception):  # noqa: N818 - the loader makes a mistake with a place of it
    """The file cannot be used; its arguments say what is wrong and the remedy."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong, remedy)
        self.wrong, self.remedy = wrong, remedy


def read(path: Path) -> str:
    """Give the secret in a file, without the line end that editors leave."""
    try:
        # A pipe would hold the open for ever; looking at the open file leaves no gap to swap it in.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            refuse_open_doors(os.fstat(file.fileno()), path)
            raw = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise Unusable(wrong.strerror or "it cannot be read", f"make {path} readable to this user") from None
    try:
        text = raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Unusable("it is not UTF-8 text", "write the secret alone into it") from None
    expected = shapes.secret(text) if text else "the secret alone, on one line"
    if expected:
        raise Unusable("its contents are not one secret", f"it should hold {expected}")
    return text


def refuse_open_doors(seen: os.stat_result, path: Path) -> None:
    """Raise unless only the file's owner and group can read it, and only the owner write."""
    if not stat.S_ISREG(seen.st_mode):
        raise Unusable("it is not a regular file", "name the file that holds the secret")
    if seen.st_mode & stat.S_IRWXO:
        raise Unusable("everybody may read or change it", f"chmod 640 {path}")
    if seen.st_mode & stat.S_IWGRP:
        raise Unusable("its group may change it", f"chmod 640 {path}")
