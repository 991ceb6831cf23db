from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import ensureDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import StringTransport

from fastagi_server.app.errors import DeskTakenError, PortTakenError
from fastagi_server.app.house import House
from fastagi_server.app.logs import Logs, silent, write_down
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.call import opened
from fastagi_server.store.errors import SchemaBehindError
from fastagi_server.telephony import facts, frames
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.orders import FIRST
from fastagi_server.telephony.record import Begin, State

CALL = mint(1.0, b"0123456789")
BEGIN = Begin(
    call=CALL,
    number="+525550001003",
    country="mexico",
    callerid="+525550009000",
    trunk="carrier",
    campaign="spring",
    planned_at=1.0,
    begun_at=2.0,
)


class Peer(StringTransport):
    def getHandle(self) -> Peer:  # noqa: N802 - Twisted's name
        return self

    def send(self, data: bytes) -> int:
        self.write(data)
        return len(data)

    def setsockopt(self, *_: int) -> None:
        pass

    def setTcpNoDelay(self, enabled: object) -> None:  # noqa: N802 - Twisted's name
        pass

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.disconnecting = True


class Street:
    """A house on a reactor in memory; whoever knocks is handed to the port that he named."""

    def __init__(self, settings: Settings, countries: tuple[Country, ...], reactor: Any, clock: Any) -> None:
        self.reactor = reactor
        self.house = House(
            settings=settings,
            countries=countries,
            reactor=reactor,
            clock=clock,
            dice=bytes,
            logs=Logs(tell=silent),
        )

    def asks_fastagi(self, request: bytes, host: str = "127.0.0.1") -> Peer:
        factory = self.reactor.tcpServers[0][1]
        peer = Peer(peerAddress=IPv4Address("TCP", host, 40000))
        session = factory.buildProtocol(peer.getPeer())
        session.makeConnection(peer)
        session.dataReceived(request)
        self.reactor.advance(0)  # answers leave at the end of the loop's turn
        self.ends = session
        return peer

    def asks_desk(self, order: frames.Frame) -> list[frames.Frame]:
        factory = self.reactor.unixServers[0][1]
        counter, wire = factory.buildProtocol(None), StringTransport()
        counter.makeConnection(wire)
        counter.dataReceived(frames.encode(order) + b"\n")
        return [frames.decode(line) for line in wire.value().splitlines()]

    def stops(self) -> None:
        over: list[object] = []
        ensureDeferred(self.house.stop()).addBoth(over.append)
        assert over == [None]


@pytest.fixture
def built(countries: tuple[Country, ...], reactor: Any, clock: Any) -> Callable[[Settings], Street]:
    return lambda settings: Street(settings, countries, reactor, clock)


@pytest.fixture
def street(settings: Settings, built: Callable[[Settings], Street]) -> Iterator[Street]:
    made = built(settings)
    yield made
    made.stops()


REQUEST = b"agi_network: yes\nagi_network_script: key\nagi_uniqueid: 1.0\nagi_arg_1: 3\nagi_arg_2: mexico\n\n"


def test_it_opens_its_doors_with_the_settings_backlog_and_permissions(
    street: Street, settings: Settings
) -> None:
    street.house.start(desk=True)

    (port, _, backlog, host) = street.reactor.tcpServers[0]
    assert (port, backlog, host) == (4573, 1024, "127.0.0.1")
    (path, _, _, mode, _) = street.reactor.unixServers[0]
    assert (path, mode) == (str(settings.desk), 0o660)


def test_without_asterisk_it_answers_the_dialplan_and_the_desk_and_dials_nothing(street: Street) -> None:
    street.house.start(desk=True)

    assert street.asks_fastagi(REQUEST).value() == b'SET VARIABLE "DISCADOR_KEY" "connect"\n'
    assert street.asks_desk(frames.Ask()) == [
        frames.Standing(
            ready=False, live=0, fastagi="agi://127.0.0.1:4573", why_not="there is no link to Asterisk"
        )
    ]
    (told,) = street.asks_desk(frames.Dial(number="+525550001003"))
    assert isinstance(told, frames.Failed)
    assert told.details["reason"] == "there is no link to Asterisk"
    street.ends.connectionLost()


def test_a_foreign_dialplan_is_told_of_numbers_and_lent_nothing_while_asterisk_is_away(
    street: Street,
) -> None:
    street.house.start(desk=False)
    ask = b"agi_network: yes\nagi_network_script: %s\nagi_uniqueid: 1.0\nagi_arg_1: 525550001003\n\n"

    for script in (b"country", b"callerid"):
        peer = street.asks_fastagi(ask % script)
        assert peer.value() == b'SET VARIABLE "DISCADOR_COUNTRY" "mexico"\n'
    street.ends.dataReceived(b"200 result=1\n")
    street.reactor.advance(0)

    assert peer.value().splitlines()[1:] == [
        b'SET VARIABLE "DISCADOR_CALLERID_WHY" "there is no link to Asterisk"'
    ]
    street.ends.connectionLost()


def test_a_stranger_is_not_answered(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    street.house.start(desk=False)

    assert street.asks_fastagi(REQUEST, host="10.9.8.7").value() == b""
    assert "10.9.8.7 may not ask" in caplog.text


@pytest.mark.parametrize(
    ("changes", "bound", "told"),
    [
        ({}, 0, "agi://127.0.0.1:40001"),
        ({"host": "::1"}, 0, "agi://[::1]:40001"),
        # An advertised address leads to one port only.
        ({"advertise": "agi://192.0.2.7:4574"}, 4573, "agi://192.0.2.7:4574"),
    ],
)
def test_any_port_is_told_so_that_asterisk_can_reach_it(
    changes: dict[str, str],
    bound: int,
    told: str,
    settings: Settings,
    built: Callable[[Settings], Street],
) -> None:
    street = built(replace(settings, fastagi=replace(settings.fastagi, **changes)))

    street.house.start(desk=False, any_port=True)

    assert street.reactor.tcpServers[0][0] == bound
    assert street.house.fastagi() == told
    street.stops()


def test_a_taken_port_is_named_by_its_setting(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object) -> None:
        raise CannotListenError("127.0.0.1", 4573, OSError(98, "Address already in use"))

    monkeypatch.setattr(street.reactor, "listenTCP", taken)

    with pytest.raises(PortTakenError, match=r"port 4573: Address already in use; .*fastagi\.port"):
        street.house.start(desk=True)


def test_a_taken_desk_is_named(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise CannotListenError(None, "/run/desk", "Cannot acquire lock")

    monkeypatch.setattr(street.reactor, "listenUNIX", taken)

    with pytest.raises(DeskTakenError, match="Cannot acquire lock"):
        street.house.start(desk=True)


def test_a_store_without_its_schema_is_told_with_the_remedy(
    settings: Settings, countries: tuple[Country, ...], reactor: Any, clock: Any, tmp_path: Path
) -> None:
    empty = replace(settings, database_url=f"sqlite:///{tmp_path}/none.db")

    with pytest.raises(SchemaBehindError, match="discador db upgrade"):
        Street(empty, countries, reactor, clock)


def test_stopping_leaves_no_thread_and_no_alarm(
    settings: Settings, countries: tuple[Country, ...], reactor: Any, clock: Any
) -> None:
    before = threading.active_count()
    street = Street(settings, countries, reactor, clock)
    street.house.start(desk=True)
    # The store's writer, and whoever hears its tidings.
    assert threading.active_count() == before + 2

    street.stops()

    assert threading.active_count() == before
    assert reactor.getDelayedCalls() == []


def test_losing_the_link_is_told_unless_we_leave(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    street.house.link_down(FIRST, "the line broke")
    assert "nothing is dialed until it is back: the line broke" in caplog.text
    caplog.clear()

    street.house._leaving = True
    street.house.link_down(FIRST, "we left")

    assert caplog.text == ""


def test_a_campaign_whose_trunk_leads_elsewhere_by_now_is_told(
    street: Street, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> list[tuple[str, str]]:
        return [("spring", "its trunk leads far away")]

    monkeypatch.setattr(street.house._dialing.campaigns, "look_at_trunks", look)
    for _ in range(2):
        ensureDeferred(street.house._look_at_trunks())

    assert caplog.text.count("campaign spring does not go on: its trunk leads far away") == 2


def test_the_links_last_word_is_kept_for_whoever_gives_up(street: Street) -> None:
    street.house._linking("no use of Asterisk: it may not do DBGetTree")

    assert street.house.why_not_linked == "no use of Asterisk: it may not do DBGetTree"


def test_the_end_of_a_call_is_one_line_and_debug_tells_every_fact(caplog: pytest.LogCaptureFixture) -> None:
    record = opened(BEGIN)
    ended = replace(record, state=State.ENDED, disposition=Disposition.BUSY, why="486 Busy Here")
    for level in (logging.INFO, logging.DEBUG):
        with caplog.at_level(level):
            write_down(record, facts.Ringing(call=CALL, at=1.0))
            write_down(ended, facts.Ended(call=CALL, at=1.0, cause=17))

    assert [each.getMessage() for each in caplog.records] == [
        f"call_id={CALL} busy: 486 Busy Here",
        f"call_id={CALL} Ringing state=begun",
        f"call_id={CALL} busy: 486 Busy Here",
    ]
    assert BEGIN.number not in caplog.text
