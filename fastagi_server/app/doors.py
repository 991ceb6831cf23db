"""What opening and closing a door takes: a deserted socket, the kernel's own words, and Deferreds."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred


def remove_deserted(path: Path) -> None:
    """Remove a desk's socket that a killed process has left behind; one that answers is left alone.

    It is asked, not guessed by a process number: numbers come again, and a dead process keeps its own until
    somebody has taken note of its death.
    """
    with closing(socket.socket(socket.AF_UNIX)) as visitor:
        try:
            visitor.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        except FileNotFoundError:
            return


def as_deferred(maybe: Any) -> Deferred[Any]:
    """Give a Deferred of what may be one."""
    if isinstance(maybe, Deferred):
        return maybe
    done: Deferred[Any] = Deferred()
    done.callback(maybe)
    return done


def strerror(error: Exception) -> str:
    """Give the kernel's own words out of Twisted's."""
    inner = getattr(error, "socketError", error)
    return getattr(inner, "strerror", None) or str(inner)
