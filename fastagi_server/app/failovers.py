"""Tells once that a trunk of a route takes no calls, which ones have them now, and that it takes them again.

What stops a trunk, and who has its calls, is decided elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from fastagi_server.app.promises import Promises
from fastagi_server.asterisk.errors import NoLinkError
from fastagi_server.dialer.ports import Spawn
from fastagi_server.dialer.route import Route, WayStanding
from fastagi_server.store import notices
from fastagi_server.telephony import frames, notice
from fastagi_server.telephony.clock import Clock

OVER, BACK = "failed_over", "failed_back"
_log = logging.getLogger("discador")


class Failovers:
    """Watches the routes of one engine's campaigns; `told` has the event's word and what it says."""

    def __init__(
        self,
        *,
        promises: Promises,
        clock: Clock,
        spawn: Spawn,
        told: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._promises = promises
        self._clock = clock
        self._spawn = spawn
        self._told = told
        # The trunks that are away, by campaign; of a campaign that is over nothing is told.
        self._away: dict[str, frozenset[str]] = {}

    def look(self, routes: Iterable[Route]) -> None:
        """Look at the routes of the campaigns that run; called once a second."""
        before, self._away = self._away, {}
        now = self._clock.wall()
        for route in routes:
            if route.is_single:
                continue
            standings = {each.way.trunk: each for each in route.standings()}
            known = before.get(route.campaign, frozenset())
            away = frozenset(trunk for trunk, each in standings.items() if _is_away(each, known))
            self._away[route.campaign] = away
            others = ", ".join(trunk for trunk in standings if trunk not in away)
            for trunk in sorted(away - known):
                self._over(route, standings[trunk], others, now)
            for trunk in sorted(known - away):
                self._back(route, trunk, now)

    def _over(self, route: Route, standing: WayStanding, others: str, now: float) -> None:
        trunk, why = standing.way.trunk, standing.why
        says: dict[str, Any] = {"route": route.name, "trunk": trunk, "others": others}
        if standing.refused is not None:
            sentence = standing.refused.sentence()
            says |= {"campaign": route.campaign, "refused": asdict(frames.failed(standing.refused))}
            occasion = f"{route.campaign}:{now:.6f}"
        else:
            assert why is not None
            sentence = why.sentence()
            says |= {"reason": why.reason, "says": dict(why.says)}
            # Every campaign on the route sees the same stop, dated anew at each look by a clock that moves.
            occasion = f"{why.reason}:{why.at:.0f}"
        _log.warning(
            "campaign %s: no calls over trunk %s, %s: %s",
            *(route.campaign, trunk, f"they go over {others}" if others else "nor over another", sentence),
        )
        told = {"campaign": route.campaign, "route": route.name, "trunk": trunk, "others": others}
        self._told(OVER, {**told, "why": sentence})
        self._keep(notice.Kind.FAILED_OVER, f"{route.name}:{trunk}:{occasion}", now, says)

    def _back(self, route: Route, trunk: str, now: float) -> None:
        _log.warning("campaign %s: trunk %s takes calls again", route.campaign, trunk)
        self._told(BACK, {"campaign": route.campaign, "route": route.name, "trunk": trunk})
        says = {"route": route.name, "trunk": trunk}
        self._keep(notice.Kind.FAILED_BACK, f"{route.name}:{trunk}:{now:.6f}", now, says)

    def _keep(self, kind: notice.Kind, occasion: str, now: float, says: Mapping[str, Any]) -> None:
        def work(conn: Any) -> None:
            notices.add(conn, key=f"{kind}:{occasion}", kind=kind, at=now, says=says)

        self._spawn(self._promises.surely(f"the notice {kind}:{occasion}", work))


def _is_away(standing: WayStanding, known: frozenset[str]) -> bool:
    """Say whether a trunk takes no calls; an Asterisk that cannot be asked says nothing new of any."""
    if standing.why is None and isinstance(standing.refused, NoLinkError):
        return standing.way.trunk in known
    return standing.why is not None or standing.refused is not None
