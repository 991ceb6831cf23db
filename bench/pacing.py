"""How even originations are, at our socket and at the carrier, beside SIPp's own pacing in the same run.

Run as root: python bench/pacing.py [--seconds N] [--cps CPS,CPS,…] [--sipp-seconds N] [--json FILE]. A
lab of its own is made and removed; its carrier only signals (SIPp: it rings for 0.2 s and is busy). For
each rate SIPp calls it for half its time, then Discador from records to slots to the real Asterisk, then
SIPp again. What is told of each:

- at our socket (pacing/certificate): the most in any sliding second, the mean, and by how much the time
  from one Originate to the next is off what was planned;
- at the carrier: the same of the INVITEs, ours against the slots, SIPp's against its rate;
- a bare timer: a process that does nothing but wake up at the rate, in the same minutes and with the engine's
  own priority. No pacing on this machine is more even than that.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books, priority, signalling
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.loadtest.signalling import Kind, Signalled, read_signalled
from fastagi_server.pacing import scopes
from fastagi_server.pacing.certificate import certify
from fastagi_server.pacing.proof import mean_rate, most_in_a_second, percentile

NAME = "pacing"
DIDS = 2_000
LEAST_MEAN, MOST_OFF_MS = 0.995, 2.0
# Wakes up at a rate for so many seconds, and then says when it did.
TIMER = """
import json, sys, time
gap, seconds = 1 / float(sys.argv[1]), float(sys.argv[2])
begun, woke = time.monotonic(), []
while len(woke) * gap < seconds:
    time.sleep(max(0.0, begun + len(woke) * gap - time.monotonic()))
    woke.append(time.monotonic() - begun)
print(json.dumps(woke))
"""
SETTLED_SECONDS = 2.0  # what was on its way when a campaign was stopped


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came to the carrier: `off` is in milliseconds."""

    calls: int
    most: int
    mean: float
    off_p50: float
    off_p99: float
    off_max: float


def main() -> int:
    """Try each rate, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="how long we call at each rate")
    parser.add_argument("--sipp-seconds", type=float, default=120.0, help="how long SIPp does, at each rate")
    parser.add_argument("--cps", default="20,30,50,100", help="calls a second, one or several")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    rates = [int(each) for each in asked.cps.split(",")]
    found: dict[str, Any] = {"seconds": asked.seconds, "rates": {}}
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
        office.configure(
            ("@carrier", f"@{signalling.ENDPOINT}"),
            ("\nlab: true\n", "\nlab: true\nmax_cps: 0\nmax_concurrent_calls: 0\n"),
        )
        office.own([number for number, _ in caller_ids(DIDS)])
        office.serve()
        heads = ("CPS", "whose", "calls", "most", "mean", "off p50 ms", "p99", "max")
        print("{:>5} {:<22} {:>7} {:>5} {:>9} {:>11} {:>7} {:>7}".format(*heads))
        for rate in rates:
            found["rates"][rate] = tried(office, rate, asked.seconds, asked.sipp_seconds)
    report("pacing", found, asked.json)
    return 0 if all(each["kept"] and each["even"] for each in found["rates"].values()) else 1


def tried(office: Office, rate: int, seconds: float, sipp_seconds: float) -> dict[str, Any]:
    """Let SIPp, us and SIPp again call at one rate; give what was seen, and whether it is as wanted."""
    theirs: list[Sequence[float]] = []
    with signalling.running(office.lab, Kind.BUSY) as log:
        theirs.append(sipp(office, log, rate, sipp_seconds / 2))
        with timer(rate, seconds) as bare:
            ours_came = ours(office, log, rate, seconds)
            woke: list[float] = json.loads(bare.communicate()[0])
        theirs.append(sipp(office, log, rate, sipp_seconds / 2))
    told = books.read_originations(office.database, name_of(rate))
    (proof,) = (
        each
        for each in certify(told, {scopes.campaign(name_of(rate)): rate})
        if each.scope == scopes.campaign(name_of(rate))
    )
    planned: dict[str, float] = {each.call: each.planned_at for each in told}
    came = [each for each in ours_came if each.call in planned]
    wire = seen([[each.invited_at for each in came]], [[planned[each.call] for each in came]])
    sipp_wire, bare_timer = seen(theirs, at_rate(theirs, rate)), seen([woke], at_rate([woke], rate))
    socket = Seen(
        calls=proof.originations,
        most=proof.most,
        mean=proof.mean,
        off_p50=proof.off_p50 * 1e3,
        off_p99=proof.off_p99 * 1e3,
        off_max=proof.off_max * 1e3,
    )
    for whose, each in (
        ("ours at the socket", socket),
        ("a bare timer", bare_timer),
        ("ours at the carrier", wire),
        ("SIPp", sipp_wire),
    ):
        print(
            f"{rate:5} {whose:<22} {each.calls:7} {each.most:5} {each.mean:9.3f} {each.off_p50:11.2f} "
            f"{each.off_p99:7.2f} {each.off_max:7.2f}",
            flush=True,
        )
    return {
        "socket": asdict(socket),
        "wire": asdict(wire),
        "sipp": asdict(sipp_wire),
        "timer": asdict(bare_timer),
        "lost": proof.originations - wire.calls,
        "kept": proof.is_kept,
        "even": socket.mean >= LEAST_MEAN * rate and socket.off_p99 <= MOST_OFF_MS,
        "at_the_wire_no_fuller_than_sipp": wire.most <= sipp_wire.most,
        "at_the_wire_no_less_even_than_sipp": wire.off_p99 <= sipp_wire.off_p99,
    }


def name_of(rate: int) -> str:
    """Name the campaign of a rate."""
    return f"{NAME}-{rate}"


def ours(office: Office, log: Path, rate: int, seconds: float) -> list[Signalled]:
    """Have a campaign call and give what came."""
    dice = random.Random(rate)  # noqa: S311 - a list
    people = list(numbers(round(rate * (seconds + 5)), ["40"], dice))
    office.plan(name_of(rate), people, cps=rate)
    before = log.stat().st_size
    office.begin(name_of(rate))
    time.sleep(seconds)
    office.stop(name_of(rate))
    time.sleep(SETTLED_SECONDS)
    return read_signalled(log, before)


def timer(rate: int, seconds: float) -> subprocess.Popen[str]:
    """Begin to wake up at a rate."""
    words = [*priority.of_the_engine(), sys.executable, "-c", TIMER, str(rate), str(seconds)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def at_rate(instants: Sequence[Sequence[float]], rate: int) -> list[list[float]]:
    """Give the instants at which a rate would have had these."""
    return [[n / rate for n in range(len(each))] for each in instants]


def sipp(office: Office, log: Path, rate: int, seconds: float) -> list[float]:
    """Have SIPp call and give when its calls came; its ids begin anew each time, so its file does too."""
    before = log.stat().st_size if log.exists() else 0
    signalling.rival(office.lab, cps=rate, count=round(rate * seconds))
    time.sleep(SETTLED_SECONDS)
    return [each.invited_at for each in read_signalled(log, before)]


def seen(instants: Sequence[Sequence[float]], wanted: Sequence[Sequence[float]]) -> Seen:
    """Say what came in one or several spans, each beside the instants that were wanted of it."""
    off = [
        abs((b - a) - (wanted_b - wanted_a)) * 1e3
        for came, meant in zip(instants, wanted, strict=True)
        for (a, wanted_a), (b, wanted_b) in pairwise(zip(came, meant, strict=True))
    ]
    return Seen(
        calls=sum(len(each) for each in instants),
        most=max(most_in_a_second(each) for each in instants),
        mean=sum(mean_rate(each) for each in instants) / len(instants),
        off_p50=percentile(off, 0.5),
        off_p99=percentile(off, 0.99),
        off_max=max(off, default=0.0),
    )


if __name__ == "__main__":
    raise SystemExit(main())
