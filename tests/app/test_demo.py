"""The demo itself, small: everything for real, from the lab to the report."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fastagi_server.app.demo import _campaign, _free_name, _named, main
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import Tongue
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.store import campaigns, migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.frames import CampaignStanding
from tests.store.test_campaigns import SPRING

HOUSE = Path(__file__).parents[2]


def test_a_wrong_option_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--cps", "many"], HOUSE)

    assert "--cps" in capsys.readouterr().err


def test_who_asks_what_it_does_has_nothing_installed(tmp_path: Path) -> None:
    fresh = tmp_path / "scripts/demo"
    fresh.parent.mkdir()
    fresh.write_text((HOUSE / "scripts/demo").read_text())  # and no bootstrap beside it

    done = subprocess.run([sys.executable, fresh, "--help"], capture_output=True, text=True, check=True)

    assert "--report FILE" in done.stdout
    assert list(tmp_path.iterdir()) == [fresh.parent]


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


def test_whoever_waits_for_calls_that_do_not_go_out_is_told_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fastagi_server.app.demo.time.sleep", lambda _: None)
    stands = CampaignStanding(
        campaign="demo",
        state="running",
        sent=4,
        up=2,
        waiting=1,
        paused={},
        skipped={},
        why_not="the store is away",
    )
    told = iter([stands, replace(stands, state="done")])
    office: Any = SimpleNamespace(begin=lambda _: None, standing=lambda _: next(told))

    _campaign(office, "demo", Tongue(Language.SPANISH), seconds=0)

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("4 llamadas enviadas")
    assert "el almacén no responde" in said[1]


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


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql://a@h/d", "postgresql://a@h/d"),
        ("postgres://a@h/d", "postgres://a@h/d"),
        ("sqlite:///discador.db", ""),
        ("", ""),
    ],
)
def test_a_postgresql_that_the_environment_names_is_used_and_a_file_is_not(url: str, used: str) -> None:
    assert _named({"DATABASE_URL": url}) == used
    assert _named({}) == ""


def test_a_second_demo_on_the_same_database_has_a_name_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    migrate.upgrade(url)
    engine = open_database(url)
    assert _free_name(url) == "demo"
    for name, next_one in (("demo", "demo-2"), ("demo-2", "demo-3")):
        with engine.begin() as conn:
            campaigns.create(conn, replace(SPRING, name=name))
        assert _free_name(url) == next_one
    engine.dispose()


@pytest.mark.skipif(os.geteuid() != 0, reason="a demo needs root")
@pytest.mark.postgres
def test_a_database_that_is_no_labs_is_left_alone(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCADOR_LAB_CACHE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", cluster.url)
    migrate.upgrade(cluster.url)
    engine = open_database(cluster.url)
    with engine.begin() as conn:
        campaigns.create(conn, replace(SPRING, name="ours", lab=False))

    code = main(["--name", "spring", "--lang", "en"], HOUSE)

    with engine.begin() as conn:
        campaigns.remove(conn, "ours")
    engine.dispose()
    assert code == 2
    told = capsys.readouterr().err
    assert "keeps campaigns or caller IDs that are no lab's" in told
    assert cluster.secret not in told
