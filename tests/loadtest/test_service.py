from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fastagi_server.loadtest import debian, service
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.paths import Paths
from fastagi_server.loadtest.ports import of_block
from fastagi_server.loadtest.programs import run
from fastagi_server.loadtest.service import SOURCES, Service, as_user, fingerprint

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in SOURCES:
        if "." in name or name == "LICENSE":
            (tmp_path / name).write_text(name)
        else:
            (tmp_path / name).mkdir()
            (tmp_path / name / "a.py").write_text(name)
    return tmp_path


def test_a_tree_that_did_not_change_has_the_same_fingerprint(tree: Path) -> None:
    before = fingerprint(tree)
    (tree / "fastagi_server/__pycache__").mkdir()
    (tree / "fastagi_server/__pycache__/a.pyc").write_bytes(b"x")
    (tree / "notes.txt").write_text("not part of the package")

    assert fingerprint(tree) == before


@pytest.mark.parametrize("name", ["fastagi_server/a.py", "etc/a.py", "setup.cfg"])
def test_whatever_the_package_is_made_of_changes_it(tree: Path, name: str) -> None:
    before = fingerprint(tree)

    (tree / name).write_text("changed")

    assert fingerprint(tree) != before


def test_a_renamed_file_changes_it(tree: Path) -> None:
    before = fingerprint(tree)

    (tree / "etc/a.py").rename(tree / "etc/b.py")

    assert fingerprint(tree) != before


def test_every_source_is_in_the_house() -> None:
    assert [name for name in SOURCES if not (HOUSE / name).exists()] == []


def test_it_runs_as_its_own_user_with_the_labs_configuration(tmp_path: Path) -> None:
    paths = Paths(name="x", root=tmp_path)
    where = Lab(name="x", paths=paths, ports=of_block(15000))

    words = as_user(Path("/opt/discador"), Service(lab=where, command=Path("x")).config, "calls")

    assert words[:4] == ("runuser", "-u", "discador", "--")
    assert words[-4:] == ("/opt/discador", "--config", str(paths.config), "calls")


def test_what_is_set_for_another_discador_is_not_the_labs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody/else")

    words = as_user(Path("/usr/bin/env"), tmp_path / "y")
    apart = words[words.index("env") : words.index("/usr/bin/env")]

    told = run(*apart, "sh", "-c", 'echo "${DATABASE_URL-none} $PWD"')

    assert told == "none /\n"


def test_what_does_not_run_has_no_pid(tmp_path: Path) -> None:
    where = Lab(name="x", paths=Paths(name="x", root=tmp_path), ports=of_block(15000))

    assert Service(lab=where, command=Path("/opt/discador")).pid is None


@pytest.mark.asterisk
@pytest.mark.timeout(300)
def test_it_is_installed_where_nobody_may_look_and_runs_from_anywhere(tmp_path: Path) -> None:
    source = tmp_path / "private"
    source.mkdir(mode=0o700)
    for name in SOURCES:
        copy = shutil.copytree if (HOUSE / name).is_dir() else shutil.copy
        copy(HOUSE / name, source / name)
    cache = debian.cache_folder()

    command = service.install(source, cache)
    try:
        assert service.install(source, cache) == command
        told = service.run("runuser", "-u", debian.USER, "--", str(command), "render")
        assert "[discador_mexico]" in told
        assert os.access(command, os.X_OK)
        configured = service.run("runuser", "-u", debian.USER, "--", str(command), "calls", "--help")
        assert "--limit" in configured
    finally:
        shutil.rmtree(command.parents[2])
