"""Writes to a socket in this very turn: Twisted's own write asks epoll twice and waits for the next one."""

from __future__ import annotations

import socket
from collections.abc import Callable

from twisted.internet.interfaces import ITransport


class Straight:
    """The way out of one connection: the socket itself, until that once does not take all.

    From there on, and where there is no socket of ours (TLS has its own), Twisted writes.
    """

    def __init__(self, wire: ITransport, handle: socket.socket | None) -> None:
        self._wire = wire
        self._send: Callable[[bytes], int] | None = handle.send if handle else None

    def write(self, out: bytes) -> None:
        """Write this after everything before it."""
        if self._send is not None:
            try:
                out = out[self._send(out) :]
            except OSError:  # full, or broken: Twisted finds out which
                self._send = None
        if out:
            self._send = None  # what comes later must not overtake it
            self._wire.write(out)

    def end(self) -> None:
        """Write nothing more past Twisted, which is told by somebody else that the connection ends."""
        self._send = None
