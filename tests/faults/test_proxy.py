"""The bad wire before an Asterisk of a few lines: each fault does what its name says, and nothing else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import Fault, Proxy

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
PING = b"Action: Ping\r\nActionID: %d\r\n\r\n"
PONG = b"Response: Success\r\nActionID: %d\r\nPing: Pong\r\n\r\n"
EVENT = b"Event: Newstate\r\nUniqueid: %d\r\n\r\n"


class Far(threading.Thread):
    """Answers each action by its number, with two events before."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.heard = b""
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.sendall(BANNER)
            rest = b""
            while data := connection.recv(4096):
                self.heard += data
                *actions, rest = (rest + data).split(b"\r\n\r\n")
                for action in actions:
                    number = int(action.rpartition(b"ActionID: ")[2].split(b"\r\n")[0])
                    connection.sendall(EVENT % (2 * number) + EVENT % (2 * number + 1) + PONG % number)

    def close(self) -> None:
        with suppress(OSError):  # it is closed already
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.close()


@pytest.fixture
def proxy(far: Far) -> Iterator[Proxy]:
    proxy = Proxy(target=far.port, seed=1)
    yield proxy
    proxy.close()


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with connect(proxy) as client:
        assert hear(client, len(BANNER)) == BANNER
        yield client


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def hear(client: socket.socket, count: int) -> bytes:
    """Give so many bytes, or what came before the end."""
    told = b""
    while len(told) < count:
        more = client.recv(count - len(told))
        if not more:
            break
        told += more
    return told


def story(number: int) -> bytes:
    return EVENT % (2 * number) + EVENT % (2 * number + 1) + PONG % number


def test_a_sound_wire_changes_nothing(client: socket.socket) -> None:
    client.sendall(PING % 1)

    assert hear(client, len(story(1))) == story(1)


def test_dropped_it_is_reset_and_takes_the_next(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.DROP)

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with connect(proxy) as again:
        assert hear(again, len(BANNER)) == BANNER
    assert proxy.done == {Fault.DROP: 1}


def test_closed_it_ends(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.CLOSE)

    assert client.recv(1) == b""


def test_half_closed_it_still_hears(proxy: Proxy, far: Far, client: socket.socket) -> None:
    proxy.inflict(Fault.HALF_CLOSE)

    assert client.recv(1) == b""
    client.sendall(PING % 1)
    end = time.monotonic() + 5
    while b"ActionID: 1" not in far.heard:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_torn_it_ends_within_a_message(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.TEAR)
    client.sendall(PING % 1)

    told = b""
    with suppress(ConnectionResetError):
        told = hear(client, len(story(1)))
    assert len(told) < len(EVENT % 2)


def test_severed_the_originate_has_gone_out_and_nobody_answers(
    proxy: Proxy, far: Far, client: socket.socket
) -> None:
    proxy.inflict(Fault.SEVER)
    client.sendall(PING % 1)
    assert hear(client, len(story(1))) == story(1)
    client.sendall(b"Action: Originate\r\nActionID: 2\r\n\r\n")

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    end = time.monotonic() + 5
    while b"Action: Originate" not in far.heard:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert proxy.originates == 1


def test_stalled_it_is_mute_to_newcomers_too_and_then_goes_on(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.STALL, 0.5)
    client.sendall(PING % 1)
    with connect(proxy) as newcomer:
        newcomer.settimeout(0.2)
        with pytest.raises(TimeoutError):
            newcomer.recv(1)
        newcomer.settimeout(5)
        assert hear(newcomer, len(BANNER)) == BANNER
    assert hear(client, len(story(1))) == story(1)
    ((begin, end),) = proxy.unusable
    assert end - begin == pytest.approx(0.5, abs=0.1)


def test_deaf_it_is_reset_in_the_end(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.DEAF, 0.1)

    with pytest.raises(ConnectionResetError):
        client.recv(1)


@pytest.mark.parametrize("fault", [Fault.DELAY, Fault.TRICKLE])
def test_late_it_says_the_same(proxy: Proxy, client: socket.socket, fault: Fault) -> None:
    proxy.inflict(fault, 5)
    client.sendall(PING % 1 + PING % 2)

    assert hear(client, len(story(1) + story(2))) == story(1) + story(2)


def test_repeated_everything_comes_twice(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.DUPLICATE, 5)
    client.sendall(PING % 1)

    twice = b"".join(each + each for each in (EVENT % 2, EVENT % 3, PONG % 1))
    assert hear(client, len(twice)) == twice


def test_reordered_everything_comes_once(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.REORDER, 0.5)
    for number in range(1, 9):
        client.sendall(PING % number)
    sent = b"".join(story(number) for number in range(1, 9))

    told = hear(client, len(sent))

    assert told != sent
    assert sorted(told.split(b"\r\n\r\n")) == sorted(sent.split(b"\r\n\r\n"))


def test_flooded_our_own_still_come(proxy: Proxy, client: socket.socket) -> None:
    proxy.inflict(Fault.FLOOD)
    client.sendall(PING % 1)

    told = b""
    while told.count(b"Event: ") < 5002 or PONG % 1 not in told:
        told += client.recv(65536)
    assert told.count(b"Uniqueid: 2\r\n") == 1


def test_an_asterisk_that_is_gone_ends_the_connection(far: Far) -> None:
    far.close()
    proxy = Proxy(target=far.port, seed=1)
    with suppress(ConnectionResetError), connect(proxy) as client:
        assert client.recv(1) == b""
    proxy.close()
