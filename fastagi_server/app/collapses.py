"""Caller IDs that have collapsed are put in quarantine for a while, in the store, with the figures as why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastagi_server.app.promises import Promises
from fastagi_server.dialer.ports import Spawn
from fastagi_server.pacing.collapse import WHY, Collapse
from fastagi_server.pacing.why import Says
from fastagi_server.store import notices, rests, tidings
from fastagi_server.telephony import facts, notice, tiding
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.did import Rest, RestKind
from fastagi_server.telephony.disposition import TELLS_NOTHING
from fastagi_server.telephony.record import Record, State

WHO = "discador"
_log = logging.getLogger("discador")


class Collapses:
    """Watches the caller IDs of one engine; `part` of the others' answers is a collapse, 0 is never."""

    def __init__(
        self,
        *,
        part: float,
        seconds: float,
        promises: Promises,
        clock: Clock,
        spawn: Spawn,
        told: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._part = part
        self._seconds = seconds
        self._promises = promises
        self._clock = clock
        self._spawn = spawn
        self._told = told
        self._countries: dict[str, Collapse] = {}

    def watch(self, record: Record, _: facts.Fact) -> None:
        """Weigh a campaign's call that is over."""
        over = record.state is State.ENDED and record.contact is not None
        if not over or not self._part or not record.callerid.startswith("+"):
            return
        if record.disposition in TELLS_NOTHING:
            return
        country = self._countries.get(record.country)
        if country is None:
            country = self._countries[record.country] = Collapse(self._part)
        says = country.seen(record.callerid, answered=record.answered_at is not None)
        if says is not None:
            self._spawn(self._set_aside(record.callerid, record.country, says))

    async def _set_aside(self, number: str, country: str, says: Says) -> None:
        now = self._clock.wall()
        why = WHY.format(**says)
        rest = Rest(
            number=number,
            country=country,
            kind=RestKind.QUARANTINE,
            since=now,
            until=now + self._seconds,
            who=WHO,
            why=why,
        )
        told = {"number": number, "country": country, "until": rest.until, **says}
        done: list[bool] = []

        def work(conn: Any) -> None:
            done[:] = [rests.put(conn, rest)]
            if done[0]:
                key = f"{notice.Kind.COLLAPSED}:{number}:{country}:{now:.6f}"
                notices.add(conn, key=key, kind=notice.Kind.COLLAPSED, at=now, says=told)
                tidings.tell(conn, kind=tiding.Kind.DIDS, at=now)

        await self._promises.surely(f"the quarantine of {number}", work)
        if done[0]:
            _log.warning("%s is not shown in %s for a while: %s", number, country, why)
            self._told({**told, "why": why})
