"""Lines reach their files whole; a disk that fails, fills up or hangs is told once and holds nobody."""

from __future__ import annotations

import json
import logging
import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app import journal as module
from fastagi_server.app.journal import File, Journal

AT = 1_795_000_000.25  # 2026-11-18 11:06:40.250 UTC
Make = Callable[..., Journal]


class Warned:
    def __init__(self) -> None:
        self.told: list[str] = []
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()

    def __call__(self, told: str, *words: object) -> None:
        self.told.append(told % words if words else told)
        self._queue.put(self.told[-1])

    def next(self) -> str:
        return self._queue.get(timeout=10)


@pytest.fixture
def warned() -> Warned:
    return Warned()


@pytest.fixture
def make(tmp_path: Path, warned: Warned) -> Iterator[Make]:
    made: list[Journal] = []

    def build(**changes: Any) -> Journal:
        usual = {"folder": tmp_path / "a/logs", "max_bytes": 1_000_000, "keep": 2, "least": logging.INFO}
        made.append(Journal(**{**usual, "wall": lambda: AT, "warn": warned, **changes}))
        return made[-1]

    yield build
    for each in made:
        each.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_an_object_with_its_instant_its_level_and_its_call(make: Make, tmp_path: Path) -> None:
    journal = make()
    journal.tell(File.PERFORMANCE, "call_ended", {"talk": 1.5, "why": "a\nb"}, call="01m8")
    journal.tell(File.CLI_MANAGER, "paused", {"country": "usa"}, level=logging.WARNING)
    journal.close()

    folder = tmp_path / "a/logs"
    head = {"at": "2026-11-18T11:06:40.250Z", "level": "INFO", "event": "call_ended", "call_id": "01m8"}
    assert lines(folder / "performance.log") == [{**head, "talk": 1.5, "why": "a\nb"}]
    assert lines(folder / "cli_manager.log")[0]["level"] == "WARNING"
    assert not (folder / "load_test.log").exists()


def test_no_field_takes_the_place_of_the_head(make: Make, tmp_path: Path) -> None:
    journal = make()
    journal.tell(File.CLI_MANAGER, "import", {"event": "x", "at": "never", "file": "dids.csv"}, call=None)
    journal.close()

    (line,) = lines(tmp_path / "a/logs/cli_manager.log")
    assert (line["event"], line["at"], line["file"]) == ("import", "2026-11-18T11:06:40.250Z", "dids.csv")


def test_what_is_below_the_log_level_is_not_written(make: Make, tmp_path: Path) -> None:
    journal = make(least=logging.WARNING)
    journal.tell(File.PERFORMANCE, "link_up", {})
    journal.tell(File.PERFORMANCE, "link_down", {}, level=logging.WARNING)
    journal.close()

    assert [each["event"] for each in lines(tmp_path / "a/logs/performance.log")] == ["link_down"]


def test_files_turn_over_by_size_are_kept_by_count_and_are_never_everybodys(
    make: Make, tmp_path: Path, warned: Warned
) -> None:
    before = os.umask(0o022)
    try:
        journal = make(max_bytes=2_000)
        for number in range(200):
            journal.tell(File.PERFORMANCE, "x", {"number": number})
        journal.close()
    finally:
        os.umask(before)

    files = sorted((tmp_path / "a/logs").iterdir())
    assert [each.name for each in files] == ["performance.log", "performance.log.1", "performance.log.2"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o640}
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o750
    assert all(0 < each.stat().st_size <= 2_000 for each in files)
    kept = [line["number"] for each in reversed(files) for line in lines(each)]
    assert kept == list(range(kept[0], 200))
    assert warned.told == []


def test_a_file_of_before_is_gone_on_with(make: Make, tmp_path: Path) -> None:
    for event in ("first", "second"):
        journal = make()
        journal.tell(File.LOAD_TEST, event, {})
        journal.close()

    assert [each["event"] for each in lines(tmp_path / "a/logs/load_test.log")] == ["first", "second"]


def test_a_folder_that_cannot_be_used_is_told_once_and_its_return_too(
    make: Make, tmp_path: Path, warned: Warned
) -> None:
    wall = tmp_path / "a"
    wall.write_text("no folder")
    journal = make()

    for _ in range(5):
        journal.tell(File.PERFORMANCE, "lost", {})
    told = warned.next()
    assert told.startswith("log files: performance.log cannot be written, calls go on: [Errno 20]")
    journal.tell(File.LOAD_TEST, "lost", {})
    assert warned.next().startswith("log files: load_test.log cannot be written")

    wall.unlink()
    journal.tell(File.PERFORMANCE, "back", {})
    journal.close()
    assert warned.told[2:] == ["log files: performance.log is written again"]
    assert [each["event"] for each in lines(wall / "logs/performance.log")] == ["back"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel has no /dev/full")
def test_a_full_disk_is_told_once(make: Make, tmp_path: Path, warned: Warned) -> None:
    folder = tmp_path / "a/logs"
    folder.mkdir(parents=True)
    (folder / "performance.log").symlink_to("/dev/full")
    journal = make()
    for _ in range(5):
        journal.tell(File.PERFORMANCE, "lost", {})
    journal.close()

    assert warned.told == [
        "log files: performance.log cannot be written, calls go on: [Errno 28] No space left on device"
    ]


def test_a_disk_that_hangs_holds_nobody_and_costs_only_lines(
    make: Make, warned: Warned, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, go_on = threading.Event(), threading.Event()

    def hang(path: str) -> None:
        hangs.set()
        go_on.wait(30)

    monkeypatch.setattr(module, "_make", hang)
    journal = make(waiting=10)
    journal.tell(File.PERFORMANCE, "x", {})
    assert hangs.wait(10)

    began = time.monotonic()
    for _ in range(1_000):
        journal.tell(File.PERFORMANCE, "x", {})
    assert time.monotonic() - began < 5
    assert warned.told == ["log files: the disk does not keep up, lines are dropped"]

    began = time.monotonic()
    journal.close(0.1)
    assert time.monotonic() - began < 5
    go_on.set()
