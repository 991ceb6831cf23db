"""The engine's side of the desk. It does not know what an order means: it hands it on and writes frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from twisted.internet.interfaces import IAddress, ITransport
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure

from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.frames import Frame

Tell = Callable[[Frame], None]


class Orders(Protocol):
    """Whoever carries orders out; `tell` may be called at any later time, also after the asker has left."""

    def __call__(self, order: Frame, tell: Tell) -> None:
        """Take an order and begin; failures are told as frames."""
        ...


class Counter(LineOnlyReceiver):
    """One asker at the desk."""

    delimiter = b"\n"
    MAX_LENGTH = frames.MAX_LINE

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._here = True

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take one order."""
        try:
            order = frames.decode(line)
        except BadInputError as error:
            self._tell(frames.failed(error))
            return
        self._orders(order, self._tell)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's name
        """Stop writing; calls go on without their asker."""
        self._here = False

    def _tell(self, frame: Frame) -> None:
        if self._here:
            cast("ITransport", self.transport).write(frames.encode(frame) + self.delimiter)


class DeskFactory(Factory):
    """Opens a counter for each asker."""

    noisy = False

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def buildProtocol(self, addr: IAddress | None) -> Counter:  # noqa: ARG002, N802 - Twisted's name
        """Give the asker a counter."""
        return Counter(self._orders)
