from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.checks import files
from fastagi_server.app.checks.reader import Who
from fastagi_server.config.logs import Logs
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Level

WHO = Who(name="asterisk", uid=65001, group="_asterisk", groups=frozenset())


@pytest.fixture
def ours(settings: Settings) -> Settings:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    (place / "discador").mkdir()
    return replace(
        settings, dialplan=replace(settings.dialplan, folder=place / "discador"), desk=place / "desk"
    )


def test_folders_of_ours_are_good(ours: Settings, levels: Any) -> None:
    assert levels(files.ours(ours, WHO)) == {"folder": Level.GOOD, "desk": Level.GOOD}


def test_the_logs_folder_is_there_or_can_be_made(ours: Settings, levels: Any) -> None:
    logs = ours.desk.parent / "logs"
    told = replace(ours, logs=Logs(folder=logs))

    assert levels(files.ours(told, WHO))["logs_folder"] is Level.GOOD
    logs.write_text("a file")
    assert levels(files.ours(told, WHO))["logs_folder"] is Level.BAD
    far = replace(ours, logs=Logs(folder=logs.parent / "no" / "logs"))
    assert levels(files.ours(far, WHO))["logs_folder"] is Level.BAD


def test_a_logs_folder_of_somebody_else_is_bad(ours: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = ours.desk.parent / "logs"
    logs.mkdir()
    monkeypatch.setattr("os.access", lambda path, mode: path != logs)
    *_, found = files.ours(replace(ours, logs=Logs(folder=logs)), WHO)

    assert (found.key, found.level, found.says["path"]) == ("logs_folder", Level.BAD, logs)


def test_a_folder_that_is_not_there_is_made_for_asterisks_group(ours: Settings) -> None:
    ours.dialplan.folder.rmdir()

    folder = next(iter(files.ours(ours, WHO)))

    assert (folder.level, folder.says["group"]) == (Level.BAD, "_asterisk")


def test_a_folder_that_is_not_ours_is_bad(
    ours: Settings, levels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: path != ours.dialplan.folder)

    assert levels(files.ours(ours, WHO)) == {"folder": Level.BAD, "desk": Level.GOOD}


def test_the_stores_file_and_its_folder_are_looked_at(ours: Settings, tmp_path: Path, levels: Any) -> None:
    assert levels(files.store_folder(tmp_path / "discador.db")) == {"store_write": Level.GOOD}
    assert levels(files.store_folder(tmp_path / "none.db")) == {}
    assert levels(files.store_folder(None)) == {}


def test_asterisk_reads_what_we_write(ours: Settings, levels: Any) -> None:
    ours.dialplan.folder.chmod(0o755)

    assert levels(files.for_asterisk(ours, WHO)) == {"folder_read": Level.GOOD}


def test_what_shuts_asterisk_out_is_named_with_the_command_that_lets_it_in(ours: Settings) -> None:
    folder, path = ours.dialplan.folder, ours.dialplan.path
    path.touch()
    path.chmod(0o600)
    (file,) = files.for_asterisk(ours, WHO)
    folder.chmod(0o700)
    (way,) = files.for_asterisk(ours, WHO)
    folder.parent.chmod(0o700)
    (above,) = files.for_asterisk(ours, WHO)

    assert file.says["command"] == f"chgrp _asterisk {path} && chmod g+rX {path}"
    assert way.says["command"] == f"chgrp _asterisk {folder} && chmod g+rX {folder}"
    assert above.says["command"] == f"chmod o+x {folder.parent}"
    assert {file.level, way.level, above.level} == {Level.BAD}


def test_who_is_not_known_is_not_judged(ours: Settings, levels: Any) -> None:
    assert levels(files.for_asterisk(ours, None)) == {"unseen": Level.NOTE}
