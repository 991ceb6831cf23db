"""The demo itself, small: everything for real, from the lab to the report."""

from __future__ import annotations

import json
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


@pytest.mark.asterisk
@pytest.mark.timeout(300)
def test_a_small_campaign_over_six_countries_from_one_command(tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    done = subprocess.run(
        [sys.executable, HOUSE / "scripts/demo", "--cps", "5", "--seconds", "12", "--report", report],
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
