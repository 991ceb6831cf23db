from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.checks import capacity
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.console.actions import Level


@pytest.fixture
def calls(settings: Settings) -> Settings:
    return replace(settings, max_concurrent_calls=100)


def core(asterisk: Any, **more: str) -> None:
    told = {"AsteriskVersion": "22.10.1", "CoreMaxCalls": "0", "CoreMaxFilehandles": "0", **more}
    asterisk.headers["CoreSettings"] = list(told.items())


def itself(asterisk: Any, now: Any, settings: Settings, **where: Any) -> dict[str, Any]:
    found = now(capacity.itself(asterisk.ask, settings, **{"here": False, **where}))
    return {each.key: each for each in found}


@pytest.mark.parametrize(
    ("version", "key", "level"),
    [
        ("16.28.0~dfsg-0+deb11u4", "version", Level.GOOD),
        ("22.10.1+dfsg", "version", Level.GOOD),
        ("certified/18.9-cert3", "version", Level.GOOD),
        ("13.38.3", "version", Level.BAD),
        ("GIT-master-0c1d", "version_unknown", Level.NOTE),
    ],
)
def test_the_version(version: str, key: str, level: Level, asterisk: Any, now: Any, calls: Settings) -> None:
    core(asterisk, AsteriskVersion=version)

    assert itself(asterisk, now, calls)[key].level is level


@pytest.mark.parametrize(
    ("most", "wanted", "good"), [("0", 100, True), ("100", 100, True), ("99", 100, False), ("99", 0, False)]
)
def test_asterisks_own_limit_of_calls(
    most: str, wanted: int, good: bool, asterisk: Any, now: Any, calls: Settings
) -> None:
    core(asterisk, CoreMaxCalls=most)

    found = itself(asterisk, now, replace(calls, max_concurrent_calls=wanted))["max_calls"]

    assert found.good is good


@pytest.mark.parametrize(("limit", "good"), [("1200", True), ("1199", False), ("1048576", True)])
def test_the_kernel_says_how_many_files_asterisk_may_hold(
    limit: str, good: bool, asterisk: Any, now: Any, calls: Settings, tmp_path: Path
) -> None:
    core(asterisk)
    (tmp_path / "10").mkdir()
    (tmp_path / "10/comm").write_text("asterisk\n")
    (tmp_path / "10/limits").write_text(f"Limit  Soft\nMax open files            {limit}   9999999  files\n")

    found = itself(asterisk, now, calls, here=True, proc=tmp_path)["asterisk_files"]

    assert (found.good, found.says["needed"]) == (good, 1200)


def test_an_asterisk_elsewhere_is_taken_at_its_word_or_not_judged(
    asterisk: Any, now: Any, calls: Settings
) -> None:
    core(asterisk, CoreMaxFilehandles="500")
    assert itself(asterisk, now, calls)["asterisk_files"].says["fits"] == 30

    core(asterisk)
    assert itself(asterisk, now, calls)["unseen"].says["what"] == "asterisk_files"


def test_the_volume_of_cdrs_is_a_note(asterisk: Any, now: Any, calls: Settings) -> None:
    core(asterisk, CoreCDRenabled="Yes")
    found = itself(asterisk, now, replace(calls, max_cps=25))

    assert (found["cdr"].level, found["cdr"].says["hourly"]) == (Level.NOTE, 90000)
    core(asterisk, CoreCDRenabled="No")
    assert "cdr" not in itself(asterisk, now, replace(calls, max_cps=25))


@pytest.mark.parametrize(("switches", "noted"), [([False, False], False), ([False, True], True)])
def test_trunks_that_write_no_cdr_are_no_volume(
    switches: list[bool], noted: bool, asterisk: Any, now: Any, calls: Settings
) -> None:
    core(asterisk, CoreCDRenabled="Yes")
    trunks = {f"t{n}": Trunk(dial="PJSIP/{number}@c", cdr=cdr) for n, cdr in enumerate(switches)}

    found = itself(asterisk, now, replace(calls, max_cps=25, trunks=trunks, default_trunk="t0"))

    assert ("cdr" in found) is noted


@pytest.mark.parametrize(
    ("first", "last", "key", "level"),
    [
        ("10000", "10399", "rtp", Level.GOOD),
        ("10000", "10398", "rtp_tight", Level.NOTE),
        ("10000", "10198", "rtp", Level.BAD),
        ("10000", "9000", "rtp", Level.BAD),
    ],
)
def test_rtp_ports_must_do_for_all_calls(
    first: str, last: str, key: str, level: Level, asterisk: Any, now: Any, calls: Settings, levels: Any
) -> None:
    asterisk.section("rtp.conf", rtpstart=first, rtpend=last)

    assert levels(now(capacity.rtp(asterisk.ask, calls))) == {key: level}


def test_without_rtp_conf_asterisk_takes_its_own_range(asterisk: Any, now: Any, calls: Settings) -> None:
    asterisk.refusals["GetConfig rtp.conf"] = "Config file not found"

    (found,) = now(capacity.rtp(asterisk.ask, calls))

    assert (found.good, found.says["first"], found.says["last"]) == (True, 5000, 31000)


@pytest.mark.parametrize(("theirs", "good"), [(0.0, True), (1.9, True), (-2.5, False), (3600.0, False)])
def test_two_clocks_are_compared(theirs: float, good: bool, asterisk: Any, now: Any, clock: Any) -> None:
    asterisk.headers["Ping"] = [("Timestamp", f"{clock.wall() + theirs:.6f}")]

    (found,) = now(capacity.clocks(asterisk.ask, clock))

    assert found.good is good


def test_a_clock_that_is_not_told_is_not_judged(asterisk: Any, now: Any, clock: Any) -> None:
    (found,) = now(capacity.clocks(asterisk.ask, clock))

    assert found.level is Level.NOTE
