"""What both contests share: the peers' own environment, processes that report in JSON, medians, a table."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = ("panoramisk==1.4", "pystrix==1.3.0")
OURS = sys.executable
NEVER_LONGER = 120.0


def peers_python(folder: Path | None) -> str:
    """Give the Python of an environment that holds the peers; they are nobody's dependency."""
    place = folder or Path(tempfile.gettempdir()) / f"discador-bench-peers-{os.getuid()}"
    python = place / "bin/python"
    ready = place / "ready"
    if not ready.exists():
        print(f"installing {', '.join(PEERS)} into {place}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        ready.touch()
    return str(python)


def start(*command: object) -> subprocess.Popen[str]:
    """Start a process whose words are read line by line."""
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)


def hear(process: subprocess.Popen[str]) -> Any:
    """Give the next line of a process, as JSON."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{process.args!r} said nothing")
    return json.loads(line)


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Give the median of every figure."""
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def compare(found: dict[str, Any], *, higher: str, lower: str) -> None:
    """Add how many times each we are: the median over the rounds, each round against itself.

    On a machine that others use too, two turns of one round resemble each other more than two rounds do.
    """
    ours = found["discador"]["rounds"]
    for row in found.values():
        pairs = list(zip(ours, row["rounds"], strict=True))
        row["ours_is_wall"] = statistics.median(we[higher] / max(they[higher], 1) for we, they in pairs)
        row["ours_is_cpu"] = statistics.median(they[lower] / we[lower] for we, they in pairs)


def report(bench: str, found: dict[str, Any], file: Path | None) -> None:
    """Print everything as JSON, into the file too."""
    machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
    text = json.dumps({"bench": bench} | machine | found, indent=2)
    print(text)
    if file:
        file.write_text(text + "\n")
