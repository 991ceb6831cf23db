"""The short form of bench/optouts.py: two engines on one store, killed and stopped, and the check of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.loadtest.postgres import Cluster

BENCH = Path(__file__).parents[2] / "bench" / "optouts.py"


def ordeal(tmp_path: Path, *words: str) -> dict[str, float]:
    told = tmp_path / "told.json"
    size = ("--optouts", "1500", "--kills", "2", "--engines", "2", "--stops", "0.3", "--seed", "5")
    command = [sys.executable, str(BENCH), *size, "--folder", str(tmp_path), "--json", str(told), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert told.exists(), done.stdout + done.stderr
    found: dict[str, float] = json.loads(told.read_text())
    return found


def judge(found: dict[str, float]) -> None:
    # How soon news is elsewhere depends on the machine, so the bench alone judges that (`later`).
    assert (found["own"], found["begun_after"], found["lost"]) == (0, 0, 0)
    # It was tried: numbers were called before they left, and engines died.
    assert found["to_numbers_that_left_later"] > 0
    assert found["optouts"] >= 1000
    assert found["kill"] >= 2


def test_nobody_is_called_after_leaving_whoever_is_killed(tmp_path: Path) -> None:
    judge(ordeal(tmp_path))


@pytest.mark.postgres
def test_nobody_is_called_after_leaving_on_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    cluster.say("CREATE DATABASE optouts OWNER discador")
    judge(ordeal(tmp_path, "--url", cluster.url_of("optouts")))


def test_the_check_finds_what_it_is_for(tmp_path: Path) -> None:
    """A broken promise of each kind is found in files that hold one."""
    script = f"""
import sys; sys.path.insert(0, {str(BENCH.parent)!r})
from pathlib import Path
from fastagi_server.store import migrate
import optouts
folder = Path({str(tmp_path)!r})
url = f"sqlite:///{{folder / 'discador.db'}}"
migrate.upgrade(url)
(folder / "one.lines").write_text("X 5.0 +1000\\nO 6.0 +1000 4.0\\nO 4.0 +1000 3.9\\n")
(folder / "two.lines").write_text("O 5.05 +1000 4.0\\nO 7.0 +1000 5.5\\n")
found = optouts.check(folder, url)
print(found.own, found.begun_after, found.later, found.within, found.lost, found.broken)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["1", "1", "2", "1", "1", "5"]
