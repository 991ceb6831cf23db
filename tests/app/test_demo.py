"""The demo itself, small: everything for real, from the lab to the report."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.app.demo import main

HOUSE = Path(__file__).parents[2]


def test_a_wrong_option_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--cps", "many"], HOUSE)

    assert "--cps" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="a demo needs root")
def test_two_demos_of_one_name_are_one_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCADOR_LAB_CACHE", str(tmp_path))
    with (tmp_path / "demo-spring.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        code = main(["--name", "spring", "--lang", "en"], HOUSE)

    assert code == 2
    assert "A demo named 'spring' runs already" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="a demo needs root")
def test_where_nothing_was_kept_there_is_nothing_to_clear_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCADOR_LAB_CACHE", str(tmp_path))

    assert main(["--end", "--name", "spring"], HOUSE) == 0
    assert capsys.readouterr().out == ""


def test_a_name_that_would_leave_the_labs_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--name", "../x", "--lang", "en"], HOUSE) == 2
    assert "'../x' cannot be a lab's name" in capsys.readouterr().err


@pytest.mark.asterisk
@pytest.mark.timeout(300)
def test_a_small_campaign_over_six_countries_from_one_command(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    small = ("--cps", "5", "--seconds", "12")

    done = subprocess.run(
        [
            sys.executable,
            HOUSE / "scripts/demo",
            *("--name", f"demo-{os.getpid()}"),
            *small,
            "--report",
            report,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["carrier"]["ours"] == told["carrier"]["carriers"] == told["carrier"]["matched"] == 60
    assert told["carrier"]["disagree"] == []
    assert "20,000" in done.stdout
