"""The desk's orders about pacing: how scopes stand, the red button, and letting go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from fastagi_server.app.logs import Logs
from fastagi_server.app.standing_brakes import StandingBrakes
from fastagi_server.config.scoped import Scopes
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.pacer import Pace, Pacer
from fastagi_server.dialer.ports import Spawn
from fastagi_server.pacing import scopes
from fastagi_server.pacing.why import Why
from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.errors import BadInputError, DiscadorError
from fastagi_server.telephony.frames import Frame
from fastagi_server.telephony.record import Record
from fastagi_server.telephony.said import plain

_DOES = ("ask", "release", "stop")
# A store that is there takes a fraction of this.
KEPT_SECONDS = 2.0


def hanging_up(engine: Engine, spawn: Spawn) -> Callable[[Callable[[Record], bool]], int]:
    """Give what hangs up the calls that have left and are meant, and says how many."""

    async def end(call: CallId) -> None:
        with suppress(DiscadorError):  # a link that is lost; its calls are looked for when it is back
            await engine.fleet.hangup(call)

    def end_all(which: Callable[[Record], bool]) -> int:
        records = [engine.known(call) for call in engine.left()]
        meant = [record.call for record in records if record is not None and which(record)]
        for call in meant:
            spawn(end(call))
        return len(meant)

    return end_all


class PacingDesk:
    """Carries out what is asked about pacing; `trunks` and `countries` are the names that there are.

    `routes` say of each its trunks: a call of a run before ours may be over any of them.
    """

    def __init__(
        self,
        *,
        pacer: Pacer,
        brakes: StandingBrakes,
        end_all: Callable[[Callable[[Record], bool]], int],
        logs: Logs,
        trunks: Collection[str],
        countries: Collection[str],
        reactor: Any,
        routes: Mapping[str, Collection[str]] | None = None,
        queues: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._routes = routes or {}
        self._queues = queues
        self._pacer = pacer
        self._brakes = brakes
        self._end_all = end_all
        self._logs = logs
        self._reactor = reactor
        self._scopes = Scopes(trunks=trunks, countries=countries)

    def __call__(self, order: frames.Pacing, tell: Callable[[Frame], None]) -> None:
        """Do what is asked, at once, and answer how every scope stands.

        What was changed is answered once the store has it, or with the word that it has it not yet.
        """
        ended, freed = 0, list[Why]()
        order = replace(order, who=plain(order.who), why=plain(order.why))
        try:
            if order.do not in _DOES:
                raise BadInputError(field="pacing.do", value=order.do, expected=", ".join(_DOES))
            if order.do == "release":
                freed = self._brakes.release(order.scope, who=order.who, why=order.why)
                self._logs.released(order.scope, who=order.who, why=order.why)
            if order.do == "stop":
                ended = self._stop(order)
        except DiscadorError as error:
            tell(frames.failed(error))
            return

        def answer(*, kept: bool) -> None:
            told = frames.PacingStanding(
                scopes={each.scope: _told(each) for each in self._pacer.standings()},
                ended=ended,
                queues=self._queues(),
                kept=kept,
                freed={str(each.reason): asdict(each) for each in freed},
            )
            tell(told)

        if order.do == "ask":
            answer(kept=True)
            return
        waits = self._brakes.kept(order.scope).addTimeout(KEPT_SECONDS, self._reactor)
        waits.addCallbacks(lambda _: answer(kept=True), lambda _: answer(kept=False))

    def _stop(self, order: frames.Pacing) -> int:
        scope = order.scope
        self._scopes.check(scope)
        self._brakes.stop(scope, {"who": order.who, "text": order.why})
        return self._end_all(lambda record: scope in self._scopes_of(record)) if order.hang_up else 0

    def _scopes_of(self, record: Record) -> tuple[str, ...]:
        return (
            scopes.CLUSTER,
            *(scopes.trunk(name) for name in self._routes.get(record.trunk, (record.trunk,))),
            scopes.country(record.country),
            scopes.campaign(record.campaign),
        )


def _told(pace: Pace) -> dict[str, Any]:
    change = pace.change
    return {
        "limit": pace.limit,
        "share": pace.share,
        "pace": pace.pace,
        "standing": pace.standing,
        "why": pace.whys[0].sentence() if pace.whys else "",
        "whys": [asdict(each) for each in pace.whys],
        "change": None if change is None else {**asdict(change), "parts": [list(p) for p in change.parts()]},
        "figures": dict(pace.figures),
    }
