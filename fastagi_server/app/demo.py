"""The demo: a lab, Discador beside it as its own user, and what became of a call to every kind of callee."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastagi_server.config import countries, language
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import Tongue
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import calls, debian, lab
from fastagi_server.loadtest.callees import BY_ENDING
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.service import Service, install
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError

NAME = "demo"
_PREFIXES = {"mexico": "+5255500010", "usa": "+1212556{:02}", "brasil": "+55119555520"}
CALLEES = (
    ("mexico", ("03", "01", "09", "10", "05", "12", "18", "20", "21", "30", "33", "00")),
    ("mexico", ("40", "41", "42", "43", "44", "45")),
    ("usa", ("01", "03", "09", "10")),
    ("brasil", ("01", "03", "09", "10")),
)
_LINK_SECONDS = 20.0


def main(argv: Sequence[str], source: Path) -> int:
    """Run the demo and give its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the lab and Discador running afterwards")
    parser.add_argument("--lang", choices=("en", "es", "pt"))
    asked = parser.parse_args(argv)
    tongue = Tongue(Language(asked.lang) if asked.lang else language.of_environment(os.environ))
    try:
        with _house(source, tongue, keep=asked.keep) as service:
            return _ring(service, tongue)
    except DiscadorError as error:
        sys.stderr.write(tongue.say("error", sentence=tongue.error(error)) + "\n")
        return 2


@contextmanager
def _house(source: Path, tongue: Tongue, *, keep: bool) -> Iterator[Service]:
    _tell(tongue.say("demo.lab"))
    lab.down(NAME)
    where = lab.up(NAME, countries=countries.load())
    _tell(tongue.say("demo.install"))
    service = Service(lab=where, command=install(source, debian.cache_folder()))
    try:
        _tell(service.once("db", "upgrade").strip())
        _tell(service.once("apply").strip())
        service.start()
        _wait_for_link(where)
        yield service
    finally:
        if keep:
            _tell(tongue.say("demo.kept", config=where.paths.config))
        else:
            service.stop()
            lab.down(NAME)


def _wait_for_link(where: Lab) -> None:
    end = time.monotonic() + _LINK_SECONDS
    while time.monotonic() < end:
        standing = next(ask(where.paths.desk, frames.Ask(), patience=_LINK_SECONDS))
        if isinstance(standing, frames.Standing) and standing.ready:
            return
        time.sleep(0.1)


def _numbers() -> list[str]:
    return [f"{_PREFIXES[country].format(20)}{ending}" for country, endings in CALLEES for ending in endings]


def _ring(service: Service, tongue: Tongue) -> int:
    numbers = _numbers()
    _tell(tongue.say("demo.ringing", calls=len(numbers)))
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(numbers)) as pool:
        stories = list(pool.map(lambda number: _story(service.lab, number), numbers))
    by_call = {call.call: call for call in calls.callees(calls.read_calls(service.lab.paths.calls))}
    agreed = 0
    for number, story in zip(numbers, stories, strict=True):
        record = story[-1].record if isinstance(story[-1], frames.Closed) else {}
        carrier = by_call.get(record.get("call", ""))
        agrees = carrier is not None and carrier.number == str(record["number"]).removeprefix("+")
        agreed += agrees
        _tell(_row(number, record, agrees=agrees))
    seconds = time.monotonic() - began
    _tell(tongue.say("demo.done", agreed=agreed, calls=len(numbers), seconds=f"{seconds:.0f}"))
    return 0 if agreed == len(numbers) else 1


def _story(where: Lab, number: str) -> list[Any]:
    told = []
    for frame in ask(where.paths.desk, frames.Dial(number=number, campaign="demo"), patience=120):
        told.append(frame)
        if isinstance(frame, frames.Closed | frames.Failed):
            break
    return told


def _row(number: str, record: dict[str, Any], *, agrees: bool) -> str:
    callee = BY_ENDING[number[-2:]].says
    mark = "=" if agrees else "!"
    return f"{mark} {number:<15} {record.get('disposition', '-'):<14} {record.get('why', '-'):<44} {callee}"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
