from __future__ import annotations

import pytest
from twisted.internet.testing import StringTransport

from fastagi_server.desk.server import Counter, DeskFactory, Tell
from fastagi_server.telephony import frames


class Orders:
    def __init__(self) -> None:
        self.taken: list[frames.Frame] = []
        self.tell: Tell = lambda frame: None

    def __call__(self, order: frames.Frame, tell: Tell) -> None:
        self.taken.append(order)
        self.tell = tell


class Asker:
    def __init__(self) -> None:
        self.orders = Orders()
        self.transport = StringTransport()
        self.counter: Counter = DeskFactory(self.orders).buildProtocol(None)
        self.counter.makeConnection(self.transport)

    def says(self, data: bytes) -> list[frames.Frame]:
        self.counter.dataReceived(data)
        return self.hears()

    def hears(self) -> list[frames.Frame]:
        heard = [frames.decode(line) for line in self.transport.value().splitlines()]
        self.transport.clear()
        return heard


@pytest.fixture
def asker() -> Asker:
    return Asker()


def test_an_order_is_handed_on_and_its_frames_come_back(asker: Asker) -> None:
    order = frames.Dial(number="+52")
    asker.says(frames.encode(order) + b"\n")

    asker.orders.tell(frames.Closed(record={"call": "x"}))

    assert asker.orders.taken == [order]
    assert asker.hears() == [frames.Closed(record={"call": "x"})]


def test_a_bad_line_is_answered_and_the_next_is_heard(asker: Asker) -> None:
    told = asker.says(b'{"frame": "buy"}\n{"frame": "ask"}\n')

    assert [type(frame) for frame in told] == [frames.Failed]
    assert asker.orders.taken == [frames.Ask()]


def test_an_endless_line_ends_the_connection_not_the_memory(asker: Asker) -> None:
    asker.says(b"x" * (frames.MAX_LINE + 2))

    assert asker.transport.disconnecting or asker.transport.disconnected


def test_a_call_goes_on_without_its_asker(asker: Asker) -> None:
    asker.says(frames.encode(frames.Ask()) + b"\n")

    asker.counter.connectionLost()
    asker.orders.tell(frames.Closed(record={}))

    assert asker.hears() == []
