"""How many AMI events a second each client takes: ours typed and as facts, two peers as dictionaries.

Run: python bench/ami.py [--rounds N] [--seconds S] [--json FILE]. A process tells recorded press-1 calls as
fast as the socket takes them, for S seconds, to one client at a time, turn about; medians of the rounds are
printed. `link` is what Discador's manager user is told of a call (read = call,dtmf,user), `all` what Asterisk
tells who may read everything.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from contest import HERE, NEVER_LONGER, OURS, compare, hear, medians, peers_python, report, start

# What a press-1 call comes to: dialed, ringing, answered, AMD, digit, key, connecting, left, SIP, ended.
FACTS_A_CALL = 10
PEERS = ("panoramisk", "pystrix")


def main() -> None:
    """Let everybody take his turn and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is")
    parser.add_argument(
        "--peers", type=Path, help="where the peers' environment is; else the system's temp folder"
    )
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    arguments = parser.parse_args()
    peers = peers_python(arguments.peers)
    python = {"nothing": OURS, "discador": OURS} | dict.fromkeys(PEERS, peers)
    found: dict[str, Any] = {}
    for stream in ("link", "all"):
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in python}
        for _ in range(arguments.rounds):
            for name, interpreter in python.items():
                rounds[name].append(turn(name, interpreter, stream, arguments.seconds))
        found[stream] = {name: medians(each) | {"rounds": each} for name, each in rounds.items()}
        compare(found[stream], higher="events_per_second", lower="cpu_us_per_event")
        print_table(stream, found[stream])
    report("ami", found, arguments.json)


def turn(name: str, interpreter: str, stream: str, seconds: float) -> dict[str, float]:
    """Let one client take the stream; who lost an event is out."""
    recording = HERE / "recordings" / f"press1_{stream}.jsonl"
    sender = start(OURS, HERE / "ami_sender.py", recording, seconds)
    client = start(interpreter, HERE / "clients" / f"with_{name}.py", hear(sender))
    try:
        sent, took = hear(sender), hear(client)
        client.wait(NEVER_LONGER)
    finally:
        client.kill()
        sender.kill()
        client.wait()
        sender.wait()
    events = sent["events"]
    if took["told"] != events or (name in PEERS and took["typed"] != events):
        sys.exit(f"{name} was told {events} events and took {took}")
    if name == "discador" and took["facts"] != sent["calls"] * FACTS_A_CALL:
        sys.exit(f"{sent['calls']} calls gave {took['facts']} facts")
    return {
        "events_per_second": round(events / took["wall"]),
        "cpu_us_per_event": round(took["cpu"] / events * 1e6, 3),
        "cpu_share": round(took["cpu"] / took["wall"], 3),
        "calls": sent["calls"],
        "events_a_call": events / sent["calls"],
    }


def print_table(stream: str, found: dict[str, Any]) -> None:
    """Print one stream's figures, and how many times the best peer we are."""
    ours = found["discador"]
    print(f"\n{stream}: {ours['events_a_call']:.0f} events a call")
    print(
        f"{'client':<12} {'events/s':>10} {'CPU µs/event':>13} {'ours is (wall)':>15} {'ours is (CPU)':>14}"
    )
    for name, row in found.items():
        print(
            f"{name:<12} {row['events_per_second']:>10,.0f} {row['cpu_us_per_event']:>13.2f} "
            f"{row['ours_is_wall']:>14.2f}x {row['ours_is_cpu']:>13.2f}x"
        )


if __name__ == "__main__":
    main()
