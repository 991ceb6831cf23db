"""The guide's report as text, heading by heading. It knows the figures' names and no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fastagi_server.console.reason import reason
from fastagi_server.console.tongue import Tongue

Told = Mapping[str, Any]


def lines(told: Told, tongue: Tongue) -> Iterator[str]:
    """Give the report's lines."""
    say, kind = tongue.say, "lab" if told["lab"] else "campaign"
    yield from _heading(say(f"report.title.{kind}"), "=")
    yield say(f"report.id.{kind}", campaign=told["campaign"])
    yield from _when(told, tongue)
    for name, make in _SECTIONS.items():
        section = list(make(told, tongue))
        if section:
            yield ""
            yield from _heading(say(f"report.head.{name}"), "-", blank=False)
            yield from section


def _when(told: Told, tongue: Tongue) -> Iterator[str]:
    if told["began_at"] is None:
        yield tongue.say("report.not_begun")
        return
    yield tongue.say("report.when", began=_instant(told["began_at"]), ended=_instant(told["ended_at"]))
    minutes, seconds = divmod(round(told["seconds"]), 60)
    yield tongue.say("report.duration", minutes=minutes, seconds=seconds)


def _heading(text: str, line: str, *, blank: bool = True) -> Iterable[str]:
    return (text, line * len(text), "") if blank else (text, line * len(text))


def _config(told: Told, tongue: Tongue) -> Iterator[str]:
    say, config = tongue.say, told["config"]
    target = config["target_cps"]
    yield say("report.target_cps", cps=say("report.no_limit") if target is None else f"{target:.1f}")
    yield say("report.countries", countries=", ".join(map(_name, config["countries"])) or "-")
    yield say("report.callerids", callerids=_count(config["callerids"]))
    yield say("report.trunk", trunk=config["trunk"])


def _totals(told: Told, tongue: Tongue) -> Iterator[str]:
    say, totals = tongue.say, told["totals"]
    for name in ("attempted", "succeeded", "failed"):
        yield say(f"report.{name}", count=_count(totals[name]))
    yield say("report.success_rate", rate=_share(totals["success_rate"], 2))
    yield say("report.answer_rate", rate=_share(totals["answer_rate"], 2))
    if totals["not_sent"]:
        yield say("report.not_sent", count=_count(totals["not_sent"]))


def _performance(told: Told, tongue: Tongue) -> Iterator[str]:
    say, made = tongue.say, told["performance"]
    if told["began_at"] is None:
        # Nothing was sent: a figure would be a claim about calls that were not.
        return
    yield say("report.mean_cps", cps=f"{made['mean_cps']:.1f}")
    yield say("report.max_cps", cps=f"{made['max_cps']:.1f}")
    if made["efficiency"] is not None:
        yield say("report.efficiency", share=f"{made['efficiency']:.1%}")
    for name in ("setup_mean", "setup_p95", "setup_p99"):
        yield say(f"report.{name}", seconds=f"{made[f'{name}_seconds']:.3f}")
    yield say("report.max_concurrent", count=_count(made["max_concurrent"]))
    for name in ("late_p50", "late_p99"):
        yield say(f"report.{name}", ms=f"{made[f'{name}_seconds'] * 1000:.1f}")


def _countries(told: Told, tongue: Tongue) -> Iterator[str]:
    for slug, made in told["countries"].items():
        count, rate = _count(made["attempted"]), _share(made["success_rate"], 1)
        key = made["connect_key"] or "-"
        yield tongue.say("report.country", country=_name(slug), count=count, rate=rate, dtmf=key)


def _dispositions(told: Told, tongue: Tongue) -> Iterator[str]:
    for word, count in told["dispositions"].items():
        yield f"{tongue.say(f'disposition.{word}')}: {_count(count)}"


def _contacts(told: Told, tongue: Tongue) -> Iterator[str]:
    for word, count in told["contacts"].items():
        yield f"{tongue.say(f'contact.{word}')}: {_count(count)}"
    for why, count in told["refusals"].items():
        yield f"  {reason(tongue, why)}: {_count(count)}"


_SECTIONS = {
    "config": _config,
    "totals": _totals,
    "performance": _performance,
    "countries": _countries,
    "dispositions": _dispositions,
    "contacts": _contacts,
}


def _name(slug: str) -> str:
    return slug.replace("_", " ").upper()


def _share(share: float | None, digits: int) -> str:
    """Give a rate; of nothing there is none."""
    return "-" if share is None else f"{share:.{digits}%}"


def _count(count: int) -> str:
    return f"{count:,}"


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
