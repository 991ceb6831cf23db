from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fastagi_server.app.checks import machine
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Level


def test_the_kernel_says_whether_the_clock_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, key in ((0, "clock"), (5, "clock_unkept"), (-1, "clock_unkept")):
        kernel = SimpleNamespace(adjtimex=lambda buffer, told=told: told)
        monkeypatch.setattr("ctypes.CDLL", lambda *_, kernel=kernel, **__: kernel)

        assert machine.clock().key == key


def test_the_real_kernel_can_be_asked() -> None:
    assert machine.clock().key in {"clock", "clock_unkept"}


def test_a_full_disk_is_told_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = SimpleNamespace(f_bavail=1, f_frsize=4096)
    monkeypatch.setattr("os.statvfs", lambda _: full)

    (found,) = machine.disks([tmp_path / "not/yet", tmp_path])

    assert (found.level, found.says["free"]) == (Level.BAD, 0)
    assert found.says["place"] == tmp_path


def test_room_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_bavail=256, f_frsize=1024 * 1024))

    assert [each.level for each in machine.disks([tmp_path])] == [Level.GOOD]


@pytest.mark.parametrize(
    ("most", "level"), [(1063, Level.BAD), (1064, Level.GOOD), (resource.RLIM_INFINITY, Level.GOOD)]
)
def test_the_limit_of_open_files_is_judged(
    most: int, level: Level, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (100, most))

    assert machine.open_files(settings).level is level


def test_without_a_limit_of_sessions_the_calls_are_what_counts(settings: Settings) -> None:
    unlimited = replace(settings, fastagi=replace(settings.fastagi, sessions=0), max_concurrent_calls=50)

    assert machine.open_files(unlimited).says["needed"] == 114


def test_a_service_takes_what_it_may_have() -> None:
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 300));"
        "from fastagi_server.app.checks.machine import take_open_files; take_open_files();"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["300", "300"]


def test_a_name_that_does_not_resolve_is_bad() -> None:
    def lost(name: str, port: int) -> Any:
        raise OSError

    assert machine.host_name(lambda: "pbx", lost).level is Level.BAD
    assert machine.host_name(lambda: "pbx", lambda *_: []).says == {"name": "pbx"}
