"""The demo: a lab, Discador beside it as its own user, a campaign over six countries, and what came of it.

It uses the commands that everybody uses, and then matches our records with the carrier's own file.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path

from fastagi_server.app.clock import RealClock
from fastagi_server.app.errors import DemoRunsError
from fastagi_server.config import countries, language
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import Tongue
from fastagi_server.console.why import why
from fastagi_server.loadtest import books, debian, lab
from fastagi_server.loadtest.database import check_is_labs
from fastagi_server.loadtest.lists import COUNTRIES, callees, caller_ids
from fastagi_server.loadtest.match import Match, match, ordered
from fastagi_server.loadtest.office import Office, close, opened
from fastagi_server.telephony.errors import DiscadorError

NAME = "demo"
DIDS = 20_000
SEED = 25
# After the last call has left, the longest of them lives on for so long at most.
_TAIL_SECONDS = 120.0
_SHOWN = 5


def main(argv: Sequence[str], source: Path) -> int:
    """Run the demo and give its exit code: 0 when both accounts agree about every call."""
    asked = _read(argv)
    tongue = Tongue(Language(asked.lang) if asked.lang else language.of_environment(os.environ))
    began = time.monotonic()
    try:
        with _alone(lab.check_name(asked.name)):
            if close(asked.name):
                _tell(tongue.say("demo.closed", name=asked.name))
            if asked.end:
                return 0
            database = "" if asked.postgres else _named(os.environ)
            if database:
                check_is_labs(database)
            _tell(tongue.say("demo.lab"))
            spoken = [each for each in countries.load() if each.slug in COUNTRIES]
            with opened(
                asked.name,
                source=source,
                spoken=spoken,
                clock=RealClock(),
                tell=_tell,
                lang=str(tongue.language),
                keep=asked.keep,
                database=database,
                own_postgres=asked.postgres,
            ) as office:
                name = _free_name(office.database)
                _fill(office, name, cps=asked.cps, seconds=asked.seconds)
                office.serve()
                _tell(tongue.say("demo.ready", seconds=f"{time.monotonic() - began:.0f}"))
                _campaign(office, name, tongue, seconds=asked.seconds)
                code = _report(office, name, tongue, asked.report)
            if asked.keep:
                _tell(tongue.say("demo.kept", config=office.lab.paths.config, name=asked.name))
            return code
    except DiscadorError as error:
        sys.stderr.write(tongue.say("error", sentence=tongue.error(error)) + "\n")
        return 2


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--cps", type=float, default=25.0, help="calls per second")
    parser.add_argument("--seconds", type=int, default=60, help="how long calls go out")
    parser.add_argument("--report", type=Path, default=Path("demo-report.json"), help="where the JSON goes")
    parser.add_argument("--name", default=NAME, help="several demos may run side by side")
    parser.add_argument("--keep", action="store_true", help="leave the lab and Discador running afterwards")
    parser.add_argument("--end", action="store_true", help="only clear away what --keep left")
    parser.add_argument("--postgres", action="store_true", help="keep the store in a PostgreSQL of its own")
    parser.add_argument("--lang", choices=("en", "es", "pt"))
    return parser.parse_args(argv)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Be the only demo of this name; the lock goes when the process does."""
    debian.need_root("it makes a lab")
    cache = debian.cache_folder()
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (cache / f"demo-{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoRunsError(name=name) from error
        yield


def _named(env: Mapping[str, str]) -> str:
    """Give the PostgreSQL that the environment names; a file that it names is nothing for Discador's user."""
    url = env.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def _free_name(url: str) -> str:
    """Give a campaign's name that an earlier demo on the same database has not taken."""
    taken = books.campaign_names(url)
    return next(name for n in count(1) if (name := NAME if n == 1 else f"{NAME}-{n}") not in taken)


def _fill(office: Office, name: str, *, cps: float, seconds: int) -> None:
    """Import the caller IDs and make the campaign, by the commands."""
    office.own([number for number, _ in caller_ids(DIDS)])
    people = callees(round(cps * seconds), random.Random(SEED))  # noqa: S311 - a seeded list, no secret
    office.plan(name, list(people), cps=cps)


def _campaign(office: Office, name: str, tongue: Tongue, *, seconds: int) -> None:
    """Start the campaign and tell how it goes until it is over."""
    office.begin(name)
    end = time.monotonic() + seconds + _TAIL_SECONDS
    while time.monotonic() < end and (standing := office.standing(name)).state != "done":
        _tell(tongue.say("demo.progress", sent=standing.sent, up=standing.up))
        if standing.why_not:
            _tell(tongue.say("campaign.why_not", why=why(tongue, standing.why_not)))
        time.sleep(5)


def _report(office: Office, name: str, tongue: Tongue, path: Path) -> int:
    _tell(office.report(name))
    told = match(ordered(books.read_calls(office.database, name)), office.calls())
    report = json.loads(office.report(name, "--json"))
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


def _tell(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()
