"""How many FastAGI sessions a second each server bears, and what a burst of connections does to it.

Run: python bench/fastagi.py [--rounds N] [--seconds S] [--json FILE]. Needs gcc: callers.c plays Asterisk,
five commands a session, headers line by line. Ours stands beside a bare Twisted LineOnlyReceiver on the same
reactor and two peers, turn about; the medians of the rounds are printed, and of the p99 also the worst.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contest import HERE, NEVER_LONGER, OURS, compare, hear, medians, peers_python, report, start

COMMANDS = 5
WIDTHS = (64, 512)
BURST = 1500
WARM_SECONDS = 0.2


def main() -> None:
    """Let everybody take his turn and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is")
    parser.add_argument(
        "--peers", type=Path, help="where the peers' environment is; else the system's temp folder"
    )
    parser.add_argument("--without-peers", action="store_true", help="ours and the bare one only")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    arguments = parser.parse_args()
    python = {"discador": OURS, "bare": OURS}
    if not arguments.without_peers:
        python |= dict.fromkeys(("panoramisk", "pystrix"), peers_python(arguments.peers))
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_servers:
        callers = Path(folder) / "callers"
        subprocess.run(["gcc", "-O2", "-o", callers, HERE / "callers.c"], check=True)
        servers = {name: open_servers.enter_context(serving(name, each)) for name, each in python.items()}
        for kind, width, seconds in (
            *((f"{width} at once", width, arguments.seconds) for width in WIDTHS),
            (f"burst of {BURST}", BURST, 0.0),
        ):
            rounds: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
            for number in range(arguments.rounds):
                # Who goes first changes, so that what the machine does meanwhile falls on everybody alike.
                order = list(servers)
                for name in order if number % 2 else reversed(order):
                    rounds[name].append(turn(servers[name], callers, width, seconds))
            found[kind] = {name: medians(each) | {"rounds": each} for name, each in rounds.items()}
            compare(found[kind], higher="sessions_per_second", lower="cpu_us_per_session")
            print_table(kind, found[kind])
    report("fastagi", found, arguments.json)


@dataclass(frozen=True)
class Server:
    """One server's process and port."""

    process: subprocess.Popen[str]
    port: int

    def cpu(self) -> float:
        """Ask for the CPU time it has used."""
        assert self.process.stdin is not None
        self.process.stdin.write("cpu\n")
        self.process.stdin.flush()
        return float(hear(self.process))


@contextmanager
def serving(name: str, interpreter: str) -> Iterator[Server]:
    """Keep a server up; idle it costs the others nothing."""
    command = [interpreter, str(HERE / "servers" / f"with_{name}.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(process, hear(process))
    finally:
        process.kill()
        process.wait()


def turn(server: Server, callers: Path, width: int, seconds: float) -> dict[str, float]:
    """Let one server serve."""
    call(callers, server.port, 8, WARM_SECONDS)  # caches, and whatever is made at the first session
    before = server.cpu()
    came = call(callers, server.port, width, seconds)
    used = server.cpu() - before
    whole = max(came["whole"], 1)
    return {
        "sessions_per_second": round(came["whole"] / came["wall"]),
        "cpu_us_per_session": round(used / whole * 1e6, 1),
        "lost": came["lost"],
        "first_reply_p50_ms": came["first_reply_p50_ms"],
        "first_reply_p99_ms": came["first_reply_p99_ms"],
        "first_reply_max_ms": came["first_reply_max_ms"],
        "answer_p99_ms": came["answer_p99_ms"],
        "caller_cpu_us_per_session": round(came["cpu"] / whole * 1e6, 1),
    }


def call(callers: Path, port: int, width: int, seconds: float) -> Any:
    """Play Asterisk."""
    playing = start(callers, port, width, COMMANDS, seconds)
    came = hear(playing)
    playing.wait(NEVER_LONGER)
    return came


def print_table(kind: str, found: dict[str, Any]) -> None:
    """Print one kind's figures, and how many times each we are."""
    print(f"\n{kind}")
    print(
        f"{'server':<11} {'sessions/s':>10} {'CPU us each':>11} {'ours, wall':>10} {'ours, CPU':>9} "
        f"{'lost':>4} {'1st reply p50 ms':>16} {'p99':>7} {'worst':>7} {'answer p99':>10}"
    )
    for name, row in found.items():
        lost = sum(each["lost"] for each in row["rounds"])
        worst = max(each["first_reply_p99_ms"] for each in row["rounds"])
        print(
            f"{name:<11} {row['sessions_per_second']:>10,.0f} {row['cpu_us_per_session']:>11.1f} "
            f"{row['ours_is_wall']:>9.2f}x {row['ours_is_cpu']:>8.2f}x {lost:>4} "
            f"{row['first_reply_p50_ms']:>16.1f} {row['first_reply_p99_ms']:>7.1f} {worst:>7.1f} "
            f"{row['answer_p99_ms']:>10.1f}"
        )


if __name__ == "__main__":
    main()
