"""The highest rate that the real Asterisk takes: through Discador, and from a bare AMI socket.

Run as root: python bench/highest.py [--seconds N] [--low CPS] [--high CPS] [--step CPS] [--json FILE].
Needs gcc. A lab of its own is made and removed; its carrier only signals (SIPp: it rings for 0.2 s,
answers, sends no audio). Both let the same calls run through the same rendered dialplan: AMD() listens
for a second and cannot tell, the dialplan asks over FastAGI what that means, and is told to hang up. What
differs:

- bare: a Python process that writes Originates to its AMI socket at equal distances and wants no events;
  its FastAGI is answered by agi_stub.c. No records, no caller IDs to choose, no Discador running.
- discador: a campaign as any other, with a caller ID chosen, counted and on the disk for each call.

A rate is borne if every order came to the carrier once and no other did, was answered and ended in time,
the rate was kept within 2 %, and the setup is 100 ms at p99: from the slot to the acknowledged answer,
less the ring. Both are tried turn about, each halving the span between what it bore and what it did not;
what came out is tried once more, and lowered by a step until it is borne.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.dialplan import variables
from fastagi_server.loadtest import books, priority, signalling
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.lists import numbers
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.loadtest.signalling import RING_SECONDS, Kind, Signalled, read_signalled
from fastagi_server.pacing.proof import mean_rate, percentile
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint

NAME = "highest"
COUNTRY = "mexico"
DIDS = 5_000
# The country as we ship it, but that AMD() gives up after a second and that nobody is played anything then.
AMD_SECONDS = 1.0
COUNTRY_CHANGES = (
    ("total_analysis_time: 3500", "total_analysis_time: 1000"),
    ("notsure: play", "notsure: hangup"),
)
# The beginning of each trial is left out where rates and setup are judged: caches, and whatever comes first.
WARM_SECONDS = 3.0
TAIL_SECONDS = 4.0
MOST_SETUP = 0.1
LEAST_RATE = 0.98
IN_TIME_SECONDS = AMD_SECONDS + 1.0
WANTED = 0.8


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One rate, and what came of it: setup in milliseconds."""

    cps: int
    ordered: int
    came: int
    whole: int
    strangers: int
    rate: float
    setup_p50: float
    setup_p99: float
    borne: bool


@dataclass
class Search:
    """A span of rates: `low` is borne, `high` is not."""

    low: int
    high: int
    trials: list[Trial] = field(default_factory=list)

    def next(self, step: int) -> int | None:
        """Give the rate to try next, None once they are a step apart."""
        if self.high - self.low <= step:
            return None
        return self.low + max(step, (self.high - self.low) // 2 // step * step)

    def learn(self, trial: Trial) -> None:
        """Make the span smaller."""
        self.trials.append(trial)
        if trial.borne:
            self.low = max(self.low, trial.cps)
        else:
            self.high = min(self.high, trial.cps)


def main() -> int:
    """Search for both, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each trial is")
    parser.add_argument("--low", type=int, default=40, help="a rate that both surely bear")
    parser.add_argument("--high", type=int, default=720, help="a rate that neither bears")
    parser.add_argument("--step", type=int, default=20)
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    parser.add_argument("--blast", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.blast:
        blast(json.loads(asked.blast))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        stub = Path(folder) / "agi_stub"
        subprocess.run(["gcc", "-O2", "-o", stub, HERE / "agi_stub.c"], check=True)
        spoken = [each for each in countries.load() if each.slug == COUNTRY]
        with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
            configure(office)
            searches = searched(office, stub, asked)
    found = {
        name: {"highest_cps": each.low, "trials": [asdict(trial) for trial in each.trials]}
        for name, each in searches.items()
    }
    ratio = searches["discador"].low / searches["bare"].low
    print(f"highest: bare {searches['bare'].low}, discador {searches['discador'].low}: {ratio:.2f}")
    report("highest", {**found, "ratio": round(ratio, 3)}, asked.json)
    return 0 if ratio >= WANTED else 1


def configure(office: Office) -> None:
    """Make the country of this bench, take the limits away, and put the dialplan in force."""
    folder = office.lab.paths.data / "countries"
    folder.mkdir()
    text = (HERE.parent / f"etc/countries/{COUNTRY}.yml").read_text()
    for old, new in COUNTRY_CHANGES:
        if old not in text:
            raise SystemExit(f"{COUNTRY}.yml has no {old!r}")
        text = text.replace(old, new)
    (folder / f"{COUNTRY}.yml").write_text(text)
    office.configure(
        ("@carrier", f"@{signalling.ENDPOINT}"),
        ("\nlab: true\n", f"\nlab: true\nmax_cps: 0\nmax_concurrent_calls: 0\ncountries_folder: {folder}\n"),
    )
    office.prepare()
    office.own([f"+5255110{n:05}" for n in range(DIDS)])


def searched(office: Office, stub: Path, asked: argparse.Namespace) -> Mapping[str, Search]:
    """Try both turn about until the highest rate of each is known, and borne a second time."""
    searches = {name: Search(asked.low, asked.high) for name in ("bare", "discador")}
    runs: dict[str, Callable[[int], Trial]] = {
        "bare": lambda cps: bare(office.lab, stub, cps, asked.seconds),
        "discador": lambda cps: ours(office, cps, asked.seconds),
    }
    heads = ("whose", "CPS", "ordered", "whole", "rate", "setup p50 ms", "p99")
    print("{:<9} {:>5} {:>8} {:>7} {:>7} {:>13} {:>7}  borne".format(*heads))
    while any(each.next(asked.step) for each in searches.values()):
        for name, search in searches.items():
            if cps := search.next(asked.step):
                search.learn(tried(name, runs[name], cps))
    for name, search in searches.items():
        while search.low > asked.low:
            again = tried(name, runs[name], search.low)
            search.trials.append(again)
            if again.borne:
                break
            search.low -= asked.step
    return searches


def tried(name: str, run: Callable[[int], Trial], cps: int) -> Trial:
    """Run one trial and print it."""
    trial = run(cps)
    print(
        f"{name:<9} {cps:5} {trial.ordered:8} {trial.whole:7} {trial.rate:7.1f} {trial.setup_p50:13.1f} "
        f"{trial.setup_p99:7.1f}  {'yes' if trial.borne else 'no'}",
        flush=True,
    )
    return trial


def bare(lab: Lab, stub: Path, cps: int, seconds: float) -> Trial:
    """Have the bare socket call, with the stub answering."""
    with signalling.running(lab, Kind.ANSWERS) as log, answering(stub) as port:
        told = {
            "ami": lab.ports.dialer_ami,
            "secret": lab.paths.secret.read_text().strip(),
            "agi": f"agi://127.0.0.1:{port}",
            "cps": cps,
            "count": round(cps * seconds),
        }
        done = subprocess.run(
            [*priority.of_the_engine(), sys.executable, __file__, "--blast", json.dumps(told)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        time.sleep(TAIL_SECONDS)
        return judged(cps, json.loads(done.stdout), read_signalled(log))


def ours(office: Office, cps: int, seconds: float) -> Trial:
    """Have Discador call; it runs for this trial alone."""
    name = f"{NAME}-{time.time_ns():x}"
    people = list(numbers(round(cps * seconds), ["22"], random.Random(cps), countries=[COUNTRY]))  # noqa: S311
    with signalling.running(office.lab, Kind.ANSWERS) as log:
        office.plan(name, people, cps=cps)
        office.serve()
        try:
            office.begin(name)
            time.sleep(seconds)
            office.stop(name)
            time.sleep(TAIL_SECONDS)
        finally:
            office.service.stop()
        told = books.read_originations(office.database, name)
        return judged(cps, {each.call: each.planned_at for each in told}, read_signalled(log))


def judged(cps: int, planned: Mapping[str, float], seen: list[Signalled]) -> Trial:
    """Put what was ordered (call and slot) beside what the carrier saw."""
    begun = min(planned.values(), default=0.0) + WARM_SECONDS
    came = [each for each in seen if each.call in planned]
    whole = [each for each in came if is_whole(each)]
    settled = [each for each in came if planned[each.call] >= begun]
    setups = [
        each.answered_at - planned[each.call] - RING_SECONDS
        for each in settled
        if each.answered_at is not None
    ]
    rate = mean_rate([each.invited_at for each in settled])
    strangers = len(seen) - len(came)
    p99 = percentile(setups, 0.99)
    return Trial(
        cps=cps,
        ordered=len(planned),
        came=len(came),
        whole=len(whole),
        strangers=strangers,
        rate=round(rate, 2),
        setup_p50=round(percentile(setups, 0.5) * 1e3, 2),
        setup_p99=round(p99 * 1e3, 2),
        borne=bool(setups)
        and len(whole) == len(planned)
        and not strangers
        and rate >= LEAST_RATE * cps
        and p99 <= MOST_SETUP,
    )


def is_whole(call: Signalled) -> bool:
    """Say whether a call was answered, and ended by us once AMD() and FastAGI had spoken."""
    if call.answered_at is None or call.ended_at is None:
        return False
    return call.ended_at - call.answered_at <= IN_TIME_SECONDS


@contextmanager
def answering(stub: Path) -> Iterator[int]:
    """Keep the stub up and give its port; that it lost a session is told."""
    command = [str(stub), f"SET VARIABLE {variables.ANSWERED} hangup"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        told = json.loads(process.stdout.readline())
        if told["lost"]:
            print(f"the stub lost {told['lost']} of {told['whole'] + told['lost']} sessions", file=sys.stderr)


def blast(told: Mapping[str, Any]) -> None:
    """Write Originates to a bare socket at equal distances and print when each was to leave, by its call."""
    connection = socket.create_connection(("127.0.0.1", told["ami"]))
    connection.sendall(
        f"Action: Login\r\nUsername: discador\r\nSecret: {told['secret']}\r\nEvents: off\r\n\r\n".encode()
    )
    interval = 1 / told["cps"]
    offset = time.time() - time.monotonic()
    began = time.monotonic() + 0.5
    planned = {}
    for number in range(told["count"]):
        drain(connection)
        at = began + number * interval
        while (left := at - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))
        call = mint(at + offset, os.urandom(CHANCE_BYTES))
        planned[call] = at + offset
        connection.sendall(originate(call, number, told["agi"]))
    time.sleep(0.5)
    drain(connection)
    print(json.dumps(planned))


def drain(connection: socket.socket) -> None:
    """Throw away what Asterisk says."""
    try:
        while connection.recv(65536, socket.MSG_DONTWAIT):
            pass
    except BlockingIOError:
        pass


def originate(call: str, number: int, agi: str) -> bytes:
    """Give an Originate as Discador writes it."""
    lines = (
        "Action: Originate",
        f"ActionID: {number}",
        f"Channel: PJSIP/52555{number:05}22@{signalling.ENDPOINT}",
        f"Context: discador_{COUNTRY}",
        "Exten: s",
        "Priority: 1",
        f"ChannelId: {call}",
        f"CallerID: +5255110{number % DIDS:05}",
        "Timeout: 25000",
        "Account: bare",
        "Async: true",
        f"Variable: {variables.AGI_URI}={agi}",
        f"Variable: {variables.HANDLER_VARIABLE}={variables.HANDLER_VALUE}",
        f"Variable: PJSIP_HEADER(add,X-Discador-Call)={call}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


if __name__ == "__main__":
    raise SystemExit(main())
