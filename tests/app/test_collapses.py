from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.app.collapses import Collapses
from fastagi_server.app.presence import Presence
from fastagi_server.app.promises import Promises
from fastagi_server.store import dids, notices, reader, rests, tidings
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.did import Did, RestKind
from fastagi_server.telephony.disposition import Disposition
from tests.dialer.test_pacer import Time, ended

NUMBERS = [f"+1305556{n:04}" for n in range(20)]
BLOCKED = NUMBERS[7]


class Engine:
    def __init__(self, url: str, reactor: Any, clock: Any, part: float = 0.25) -> None:
        self.database = open_database(url)
        self.writer = Writer(self.database)
        self.writer.submit(
            lambda conn: dids.add(conn, [Did(number=each, country="usa") for each in NUMBERS], at=1.0)
        ).result()
        self.told: list[Mapping[str, Any]] = []
        self.going = 0
        self.reactor = reactor
        self.time = Time()
        self.collapses = Collapses(
            part=part,
            seconds=3_600.0,
            promises=Promises(writer=self.writer, threads=reactor, presence=Presence(clock=clock)),
            clock=clock,
            spawn=self.spawn,
            told=self.told.append,
        )

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self.going += 1

        def over(_: Any) -> None:
            self.going -= 1

        ensureDeferred(work).addBoth(over)

    def calls(self, count: int, **more: Any) -> None:
        for n in range(count):
            number = NUMBERS[n % 20]
            # Each number is answered two of five times, until one never is.
            answered = n // 20 % 5 < 2 and (number != BLOCKED or n < 10_000)
            record, fact = ended(self.time, answered=answered)
            self.collapses.watch(replace(record, callerid=number, **more), fact)
        self.reactor.until(lambda: not self.going)

    def close(self) -> None:
        self.writer.close()
        self.database.dispose()


def test_one_that_is_blocked_is_put_in_quarantine_and_every_engine_hears_of_it(
    url: str, reactor: Any, clock: Any
) -> None:
    engine = Engine(url, reactor, clock)
    engine.calls(11_800)

    (rest,) = reader.read(engine.database, lambda conn: rests.every(conn, 0.0))
    assert (rest.number, rest.country, rest.kind, rest.who) == (
        BLOCKED,
        "usa",
        RestKind.QUARANTINE,
        "discador",
    )
    assert rest.until == clock.wall() + 3_600.0
    assert rest.why.startswith("0 of its last ")
    (told,) = engine.told
    assert told["why"] == rest.why
    (notice,) = reader.read(engine.database, lambda conn: notices.recent(conn, 10))
    assert (notice.kind, notice.says["number"]) == ("collapsed", BLOCKED)
    assert len(reader.read(engine.database, lambda conn: tidings.since(conn, 0))) >= 1
    engine.close()


@pytest.mark.parametrize(
    ("part", "more"),
    [(0.0, {}), (0.25, {"contact": None}), (0.25, {"disposition": Disposition.CANCELLED})],
)
def test_what_proves_nothing_sets_nobody_aside(
    url: str, reactor: Any, clock: Any, part: float, more: dict[str, Any]
) -> None:
    engine = Engine(url, reactor, clock, part)
    engine.calls(14_000, **more)

    assert reader.read(engine.database, lambda conn: rests.every(conn, 0.0)) == []
    engine.close()
