"""What is worth a line in which log file: speed, caller IDs, load tests.

This file opens nothing and decides nothing about calls; it watches what the others do.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from fastagi_server.app.journal import File, Journal
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.prepare import Prepared, Skipped
from fastagi_server.dialer.progress import Progress
from fastagi_server.dialer.show import Shown
from fastagi_server.ivr.answers import Lent
from fastagi_server.pacing.change import Change
from fastagi_server.pacing.why import Standing, Why
from fastagi_server.telephony import facts
from fastagi_server.telephony.campaign import Campaign
from fastagi_server.telephony.disposition import NOT_SENT, REACHED, Disposition
from fastagi_server.telephony.record import Record, State

TICK_SECONDS, _PLACES = 10.0, 3
_log = logging.getLogger("discador")


class Tell(Protocol):
    """Takes a line."""

    def __call__(
        self,
        file: File,
        event: str,
        fields: Mapping[str, object],
        *,
        call: str | None = None,
        level: int = logging.INFO,
    ) -> None:
        """Write it some time soon."""
        ...


class Stands(Protocol):
    """What the figures need of the engine."""

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        ...

    @property
    def drift(self) -> int:
        """In how many calls we and Asterisk differed when they were compared last."""
        ...


@dataclass(kw_only=True)
class _Count:
    """What was counted since this engine started; `first` and `last` are originations."""

    originated: int = 0
    answered: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    first: float | None = None
    last: float = 0.0

    def take(self, record: Record, fact: facts.Fact) -> None:
        if isinstance(fact, facts.Ordered):
            self.originated += 1
            self.first = fact.at if self.first is None else self.first
            self.last = fact.at
        if record.state is State.ENDED and record.disposition not in NOT_SENT:
            self.answered += record.answered_at is not None
            self.ends[str(record.disposition)] += 1

    def figures(self) -> dict[str, Any]:
        """Give attempts that ended with the shares that the report has; None where nothing ended yet."""
        ended = self.ends.total()
        reached = sum(self.ends[str(each)] for each in REACHED)
        return {
            "originated": self.originated,
            "ended": ended,
            "answered": self.answered,
            "asr": round(self.answered / ended, _PLACES) if ended else None,
            "ner": round(reached / ended, _PLACES) if ended else None,
        }

    def mean_cps(self) -> float | None:
        """Give originations per second between the first and the last one."""
        if self.originated <= 1 or self.first is None or self.last <= self.first:
            return None
        return round((self.originated - 1) / (self.last - self.first), _PLACES)


class Logs:
    """The three logs of one engine."""

    def __init__(self, *, tell: Tell, performance: bool = True) -> None:
        self._tell = tell
        self._performance = performance
        self._all = _Count()
        self._ticked = 0
        self._lab: dict[str, _Count] = {}
        self._progressed: dict[str, tuple[int, int]] = {}
        self._paused: dict[str, Exhausted] = {}

    def watch(self, record: Record, fact: facts.Fact) -> None:
        """Count a fact, and tell the end of a call with its timings."""
        self._all.take(record, fact)
        if record.campaign in self._lab:
            self._lab[record.campaign].take(record, fact)
        if record.state is State.ENDED and self._performance:
            self._tell(File.PERFORMANCE, "call_ended", _of_call(record), call=record.call)

    def tick(self, engine: Stands) -> None:
        """Tell how fast and how well it goes, unless nothing does."""
        fresh = self._all.originated - self._ticked
        self._ticked = self._all.originated
        if self._performance and (fresh or engine.up):
            cps = round(fresh / TICK_SECONDS, _PLACES)
            told = {"cps": cps, "up": engine.up, "drift": engine.drift, **self._all.figures()}
            self._tell(File.PERFORMANCE, "figures", told)
        for name, count in self._lab.items():
            stands = (count.originated, count.ends.total())
            if self._progressed.get(name, (0, 0)) != stands:
                self._progressed[name] = stands
                self._tell(File.LOAD_TEST, "campaign_progress", {"campaign": name, **count.figures()})

    def link(self, asterisk: str, why: str = "") -> None:
        """Tell that the link to an Asterisk is up, or why it is down."""
        self._stood("link", why, {"asterisk": asterisk})

    def store(self, why: str = "") -> None:
        """Tell that the store is back, or why it is away."""
        self._stood("store", why, {})

    def _stood(self, what: str, why: str, told: Mapping[str, object]) -> None:
        if self._performance and why:
            self._tell(File.PERFORMANCE, f"{what}_down", {**told, "why": why}, level=logging.WARNING)
        elif self._performance:
            self._tell(File.PERFORMANCE, f"{what}_up", told)

    def prepared(self, outcome: Prepared | Skipped | Exhausted) -> None:
        """Tell which caller ID an attempt shows and why, or that a country pauses; a pause is told once."""
        match outcome:
            case Prepared():
                begin = outcome.begin
                self._paused.pop(begin.country, None)
                told = {
                    "country": begin.country,
                    "callerid": begin.callerid,
                    "campaign": begin.campaign,
                    "why": outcome.choice.why(),
                }
                self._tell(File.CLI_MANAGER, "chosen", told, call=begin.call)
            case Exhausted() if self._paused.get(outcome.country) != outcome:
                self._paused[outcome.country] = outcome
                told = {"country": outcome.country, "why": outcome.why}
                self._tell(File.CLI_MANAGER, "paused", told, level=logging.WARNING)

    def shown(self, call: Shown) -> None:
        """Tell which caller ID a call by hand shows and why, where it was chosen."""
        if call.choice is not None:
            self.prepared(Prepared(begin=call.begin, order=call.order, choice=call.choice))

    def lent(self, lent: Lent, uniqueid: str) -> None:
        """Tell what a foreign dialplan was given; its own channel is the call."""
        told = {"country": lent.country, "callerid": lent.callerid, "why": lent.why}
        self._tell(File.CLI_MANAGER, "lent" if lent.callerid else "not_lent", told, call=uniqueid)

    def changed(self, what: str, says: Mapping[str, Any]) -> None:
        """Tell what somebody changed at the inventory, a limit or a period, with who it was."""
        self._paused.clear()
        self._tell(File.CLI_MANAGER, what or "changed", says)

    def day_closed(self, says: Mapping[str, Any]) -> None:
        """Tell a country's day of caller IDs, once it is over."""
        self._tell(File.CLI_MANAGER, "day_closed", says)

    def paced(self, scope: str, change: Change | Why) -> None:
        """Tell that a pace changed or a brake turned, with the numbers; what stops or slows is a warning."""
        slower = isinstance(change, Change) and change.after < change.before
        stopped = isinstance(change, Why) and change.standing is not Standing.FREE
        level = logging.WARNING if slower or stopped else logging.INFO
        _log.log(level, "%s: %s", scope, change.sentence())
        if self._performance:
            event = "pace" if isinstance(change, Change) else "brake"
            told = asdict(change)
            numbers = told.pop("says")
            says = {"scope": scope, **told, **numbers, "why": change.sentence()}
            self._tell(File.PERFORMANCE, event, says, level=level)

    def shared(self, says: Mapping[str, object]) -> None:
        """Tell that this engine's part of a limit moved much."""
        self.moved("share", says, level=logging.INFO)

    def moved(self, event: str, says: Mapping[str, object], level: int = logging.WARNING) -> None:
        """Tell that the others of its route have a trunk's calls now, or that it has its own again."""
        if self._performance:
            self._tell(File.PERFORMANCE, event, says, level=level)

    def released(self, scope: str, *, who: str, why: str) -> None:
        """Tell that an operator released a brake."""
        _log.warning("%s: its brake was released by %s: %s", scope, who, why)
        if self._performance:
            self._tell(File.PERFORMANCE, "brake_released", {"scope": scope, "who": who, "why": why})

    def drained(self, asterisk: str, do: str, *, who: str, why: str) -> None:
        """Tell that an operator drained an Asterisk, or had it take calls again."""
        _log.warning("Asterisk %s: %s by %s: %s", asterisk, do, who, why)
        if self._performance:
            event = {"drain": "asterisk_drained", "resume": "asterisk_resumed"}[do]
            self._tell(File.PERFORMANCE, event, {"asterisk": asterisk, "who": who, "why": why})

    def running(self, campaign: Campaign, cps: float) -> None:
        """Tell that a load test goes on, or begins."""
        if not campaign.lab:
            return
        self._lab.setdefault(campaign.name, _Count())
        told = {"campaign": campaign.name, "trunk": campaign.trunk, "cps": cps}
        self._tell(File.LOAD_TEST, "campaign_running", told)

    def stopped(self, progress: Progress) -> None:
        """Tell that somebody stopped a load test."""
        if progress.name in self._lab:
            self._report("campaign_stopped", progress.name)

    def done(self, campaign: Campaign) -> None:
        """Tell what came of a load test since this engine runs it; the whole report is `campaign report`."""
        if campaign.lab:
            self._report("campaign_done", campaign.name)
            self._lab.pop(campaign.name, None)
            self._progressed.pop(campaign.name, None)

    def _report(self, event: str, name: str) -> None:
        count = self._lab.get(name, _Count())
        told = {"campaign": name, "mean_cps": count.mean_cps(), **count.figures()}
        self._tell(File.LOAD_TEST, event, {**told, "dispositions": dict(count.ends)})


def silent(*_: object, **__: object) -> None:
    """Tell nobody: no folder is named."""


def open_logs(settings: Settings, wall: Callable[[], float]) -> tuple[Logs, Callable[[], None]]:
    """Give the logs that the settings ask for, and how to close them."""
    logs = settings.logs
    if logs.folder is None:
        return Logs(tell=silent, performance=False), silent
    journal = Journal(
        folder=logs.folder,
        max_bytes=int(logs.max_megabytes * 1_000_000),
        keep=logs.keep,
        least=logging.getLevelNamesMapping()[settings.log_level],
        wall=wall,
        warn=_log.warning,
    )
    return Logs(tell=journal.tell, performance=settings.enable_performance_monitoring), journal.close


def _of_call(record: Record) -> dict[str, Any]:
    """Give the words and the timings of a call, in seconds; None where an instant is not known."""
    rang = record.ringing_at or record.answered_at
    return {
        "number": record.number,
        "country": record.country,
        "callerid": record.callerid,
        "trunk": record.trunk,
        "campaign": record.campaign,
        "attempt": record.attempt,
        "disposition": record.disposition or Disposition.UNKNOWN,
        "why": record.why,
        "late": _seconds(record.planned_at, record.ordered_at),
        "pdd": _seconds(record.ordered_at, rang),
        "setup": _seconds(record.ordered_at, record.answered_at),
        "talk": _seconds(record.answered_at, record.ended_at),
        "amd": record.amd_verdict,
        "key": record.key,
        "q850": record.cause,
        "sip": record.sip_code,
        "sip_reason": record.sip_reason,
    }


def _seconds(begin: float | None, end: float | None) -> float | None:
    """Give how long something took; a clock that was set back meanwhile makes it nothing, never less."""
    return None if begin is None or end is None else round(max(0.0, end - begin), _PLACES)


def write_down(record: Record, fact: facts.Fact) -> None:
    """Log the end of a call with what it came to; each fact on the way only for whoever asks for DEBUG."""
    if record.state is State.ENDED:
        _log.info("call_id=%s %s: %s", record.call, record.disposition, record.why)
    elif _log.isEnabledFor(logging.DEBUG):
        _log.debug("call_id=%s %s state=%s", record.call, type(fact).__name__, record.state)
