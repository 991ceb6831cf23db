"""The demo: a lab, Discador beside it as its own user, a campaign over six countries, and what came of it.

It uses the commands that everybody uses, and then matches our records with the carrier's own file.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from fastagi_server.config import countries, language
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import Tongue
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import books, calls, debian, lab
from fastagi_server.loadtest.lists import COUNTRIES, callees, caller_ids
from fastagi_server.loadtest.match import Match, match, ordered
from fastagi_server.loadtest.service import Service, install
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError

NAME = "demo"
DIDS = 20_000
SEED = 25
_PATIENCE = 30.0
# After the last call has left, the longest of them lives on for so long at most.
_TAIL_SECONDS = 120.0
_SHOWN = 5


def main(argv: Sequence[str], source: Path) -> int:
    """Run the demo and give its exit code: 0 when both accounts agree about every call."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--cps", type=float, default=25.0, help="calls per second")
    parser.add_argument("--seconds", type=int, default=60, help="how long calls go out")
    parser.add_argument("--report", type=Path, default=Path("demo-report.json"), help="where the JSON goes")
    parser.add_argument("--keep", action="store_true", help="leave the lab and Discador running afterwards")
    parser.add_argument("--lang", choices=("en", "es", "pt"))
    asked = parser.parse_args(argv)
    tongue = Tongue(Language(asked.lang) if asked.lang else language.of_environment(os.environ))
    began = time.monotonic()
    try:
        with _house(source, tongue, cps=asked.cps, seconds=asked.seconds, keep=asked.keep) as service:
            _tell(tongue.say("demo.ready", seconds=f"{time.monotonic() - began:.0f}"))
            _campaign(service, tongue, seconds=asked.seconds)
            return _report(service, tongue, asked.report)
    except DiscadorError as error:
        sys.stderr.write(tongue.say("error", sentence=tongue.error(error)) + "\n")
        return 2


@contextmanager
def _house(source: Path, tongue: Tongue, *, cps: float, seconds: int, keep: bool) -> Iterator[Service]:
    _tell(tongue.say("demo.lab"))
    _leave_behind()
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    where = lab.up(NAME, countries=spoken)
    _tell(tongue.say("demo.install"))
    service = Service(lab=where, command=install(source, debian.cache_folder()))
    try:
        _say(service, "db", "upgrade")
        _say(service, "apply")
        _fill(service, cps=cps, seconds=seconds)
        service.start()
        _wait_for_link(service)
        yield service
    finally:
        if keep:
            _tell(tongue.say("demo.kept", config=where.paths.config))
        else:
            service.stop()
            lab.down(NAME)


def _leave_behind() -> None:
    """End what an earlier demo left running with --keep."""
    try:
        Service(lab=lab.Lab.load(NAME), command=Path("discador")).stop()
    except DiscadorError:
        return
    lab.down(NAME)


def _fill(service: Service, *, cps: float, seconds: int) -> None:
    """Import the caller IDs and make the campaign, by the commands."""
    folder = service.lab.paths.data
    dids, people = folder / "dids.csv", folder / "list.csv"
    with dids.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("number", "country"), *caller_ids(DIDS)])
    with people.open("w", newline="", encoding="utf-8") as file:
        rows = [(number,) for number in callees(round(cps * seconds), random.Random(SEED))]  # noqa: S311 - a seeded list, no secret
        csv.writer(file).writerows([("number",), *rows])
    _say(service, "did", "import", str(dids), "--lab")
    _say(service, "campaign", "create", NAME, "--list", str(people), "--cps", str(cps), "--lab")


def _campaign(service: Service, tongue: Tongue, *, seconds: int) -> None:
    """Start the campaign and tell how it goes until it is over."""
    desk = service.lab.paths.desk
    _say(service, "campaign", "start", NAME)
    end = time.monotonic() + seconds + _TAIL_SECONDS
    while time.monotonic() < end:
        standing = next(ask(desk, frames.Campaigning(campaign=NAME), patience=_PATIENCE))
        if not isinstance(standing, frames.CampaignStanding) or standing.state == "done":
            break
        _tell(tongue.say("demo.progress", sent=standing.sent, up=standing.up))
        time.sleep(5)


def _report(service: Service, tongue: Tongue, path: Path) -> int:
    words = ("--lang", str(tongue.language))
    _tell(service.once(*words, "campaign", "report", NAME))
    ours = books.read_calls(f"sqlite:///{service.lab.paths.data}/discador.db", NAME)
    told = match(ordered(ours), calls.callees(calls.read_calls(service.lab.paths.calls)))
    report = json.loads(service.once("campaign", "report", NAME, "--json"))
    path.write_text(json.dumps({**report, "carrier": asdict(told)}, indent=2) + "\n", encoding="utf-8")
    _tell(tongue.say("demo.match", ours=told.ours, carriers=told.carriers, matched=told.matched))
    for line in _differences(told):
        _tell(f"  {line}")
    setup = {name: f"{getattr(told, f'setup_{name}') * 1000:.1f}" for name in ("p50", "p95", "p99")}
    _tell(tongue.say("demo.setup", most=told.most_at_carrier, **setup))
    _tell(tongue.say("demo.report", path=path))
    return 0 if told.perfect else 1


def _differences(told: Match) -> list[str]:
    only = [f"only ours: {call}" for call in told.only_ours]
    carriers = [f"only the carrier's: {call}" for call in told.only_carriers]
    twice = [f"twice: {call}" for call in told.twice]
    return [*only, *carriers, *twice, *told.disagree][:_SHOWN]


def _wait_for_link(service: Service) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        standing = next(ask(service.lab.paths.desk, frames.Ask(), patience=_PATIENCE))
        if isinstance(standing, frames.Standing) and standing.ready:
            return
        time.sleep(0.1)


def _say(service: Service, *words: str) -> None:
    _tell(service.once(*words).strip())


def _tell(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()
