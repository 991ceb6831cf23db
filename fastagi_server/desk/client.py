"""The asker's side of the desk: a plain blocking socket, for commands that wait for one answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.frames import Frame


class NobodyAtTheDeskError(DiscadorError):
    """No Discador answers at {path}; start one with: discador serve."""

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path)


class DeskLostError(DiscadorError):
    """Discador at {path} went away before it had answered; calls that were placed go on in Asterisk."""

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path)


def ask(path: Path, order: Frame, *, patience: float | None = None) -> Iterator[Frame]:
    """Give every frame that answers the order, for as long as the reader wants them.

    `patience` is how many seconds to wait for each frame; None waits for ever.
    """
    with closing(socket.socket(socket.AF_UNIX)) as desk:
        desk.settimeout(patience)
        try:
            desk.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyAtTheDeskError(path=str(path.absolute())) from None
        try:
            with suppress(BrokenPipeError):  # who turns us away says why before he closes
                desk.sendall(frames.encode(order) + b"\n")
            with desk.makefile("rb") as lines:
                for line in lines:
                    if not line.endswith(b"\n"):  # it went away in the middle of a word
                        break
                    yield frames.decode(line)
        except (ConnectionResetError, TimeoutError):
            raise DeskLostError(path=str(path)) from None
    raise DeskLostError(path=str(path))
