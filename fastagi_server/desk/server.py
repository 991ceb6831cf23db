"""The engine's side of the desk. It does not know what an order means: it hands it on and writes frames.

Nobody at the desk can cost the calls anything: lines, places and what is not read have their limits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IAddress, IPushProducer
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import BadInputError, DiscadorError
from fastagi_server.telephony.frames import Frame

# Each place is a file descriptor, and calls need them too.
PLACES = 256
# Bytes that wait for an asker who does not read, beyond what the kernel and Twisted's own buffer hold.
MAX_UNREAD = 1 << 20

Tell = Callable[[Frame], None]


class DeskFullError(DiscadorError):
    """All {limit} places at the desk are taken; try again when others have left."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class Orders(Protocol):
    """Whoever carries orders out; `tell` may be called at any later time, also after the asker has left."""

    def __call__(self, order: Frame, tell: Tell) -> None:
        """Take an order and begin; failures are told as frames."""
        ...


@implementer(IPushProducer)
class Counter(LineOnlyReceiver):
    """One asker at the desk, who is not heard while he does not read, and left when too much waits."""

    delimiter = b"\n"
    MAX_LENGTH = frames.MAX_LINE

    def __init__(self, desk: DeskFactory) -> None:
        self._desk = desk
        self._here = False
        self._reads = True
        self._unread = 0

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Give him a place, or say that there is none."""
        if not self._desk.sit():
            full = DeskFullError(limit=self._desk.places)
            self._wire.write(frames.encode(frames.failed(full)) + self.delimiter)
            self._wire.loseConnection()
            return
        self._here = True
        self._wire.registerProducer(self, True)  # noqa: FBT003 - Twisted's: a push producer

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take one order."""
        if not self._here:
            return
        try:
            order = frames.decode(line)
        except BadInputError as error:
            self._tell(frames.failed(error))
            return
        self._desk.orders(order, self._tell)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802 - Twisted's name
        """End it: what is no line has no answer."""
        self._wire.abortConnection()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear no more orders of somebody who does not read what they bring."""
        self._reads = False
        self._wire.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Go on: he has read."""
        self._reads = True
        self._unread = 0
        self._wire.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Nothing: connectionLost says the same."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's name
        """Stop writing; calls go on without their asker."""
        if self._here:
            self._desk.stand_up()
        self._here = False

    @property
    def _wire(self) -> Any:
        return self.transport

    def _tell(self, frame: Frame) -> None:
        if not self._here or self._unread > MAX_UNREAD:
            return
        data = frames.encode(frame) + self.delimiter
        if not self._reads:
            self._unread += len(data)
            if self._unread > MAX_UNREAD:
                self._wire.abortConnection()
                return
        self._wire.write(data)


class DeskFactory(Factory):
    """Opens a counter for each asker, while there are places."""

    noisy = False

    def __init__(self, orders: Orders, *, places: int = PLACES) -> None:
        self.orders = orders
        self.places = places
        self.taken = 0

    def buildProtocol(self, addr: IAddress | None) -> Counter:  # noqa: ARG002, N802 - Twisted's name
        """Give the asker a counter."""
        return Counter(self)

    def sit(self) -> bool:
        """Take a place, if there is one."""
        free = self.taken < self.places
        self.taken += free
        return free

    def stand_up(self) -> None:
        """Give the place back."""
        self.taken -= 1
