from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastagi_server.app.checks.reader import (
    Who,
    asterisk_user,
    group_name,
    is_there,
    running,
    unreadable,
    user_name,
)

OWN_GROUP = 4242
STRANGER = Who(name="x", uid=65001, group="x", groups=frozenset({OWN_GROUP}))


@pytest.fixture
def place() -> Path:
    """A folder in which strangers may go about: pytest's own is shut to them."""
    import tempfile

    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    return made


def process(proc: Path, pid: int, *, uid: int, comm: str = "asterisk") -> None:
    (proc / f"{pid}").mkdir()
    (proc / f"{pid}/comm").write_text(f"{comm}\n")
    (proc / f"{pid}/status").write_text(
        f"Name:\t{comm}\nUid:\t0\t{uid}\t0\t0\nGid:\t0\t7\t0\t0\nGroups:\t8 9\n"
    )


def test_asterisk_is_who_its_process_is(tmp_path: Path) -> None:
    process(tmp_path, 10, uid=65001)
    process(tmp_path, 11, uid=1, comm="other")

    who = asterisk_user("", tmp_path)

    assert who is not None
    assert (who.uid, who.groups) == (65001, frozenset({7, 8, 9}))
    assert [each.name for each in running(tmp_path)] == ["10"]


def test_of_two_users_nobody_knows_which_unless_asterisk_says_so(tmp_path: Path) -> None:
    process(tmp_path, 10, uid=65001)
    process(tmp_path, 11, uid=65002)

    assert asterisk_user("", tmp_path) is None
    told = asterisk_user("root", tmp_path)
    assert told is not None
    assert (told.uid, told.name) == (0, "root")


@pytest.mark.parametrize(("mode", "shut"), [(0o644, False), (0o640, True), (0o600, True), (0o604, False)])
def test_the_bits_say_what_a_stranger_reads(mode: int, shut: bool, place: Path) -> None:
    file = place / "f"
    file.touch()
    file.chmod(mode)

    assert list(unreadable([file], STRANGER)) == ([file] if shut else [])


def test_a_group_of_his_lets_him_in(place: Path) -> None:
    file = place / "f"
    file.touch()
    file.chmod(0o640)
    mine = Who(name="x", uid=65001, group="x", groups=frozenset({file.stat().st_gid}))

    assert list(unreadable([file], mine)) == []


def test_the_folder_that_shuts_him_out_is_named(place: Path) -> None:
    inner = place / "a"
    (inner / "b").mkdir(parents=True)
    (inner / "b/f").touch()
    inner.chmod(0o700)

    assert list(unreadable([inner / "b/f"], STRANGER)) == [inner]


def test_what_is_not_there_cannot_be_read_and_root_reads_all(place: Path) -> None:
    assert list(unreadable([place / "none"], STRANGER)) == [place / "none"]
    assert list(unreadable([place], Who(name="root", uid=0, group="root", groups=frozenset()))) == []
    assert not is_there(place / "none")
    assert is_there(place)


def test_who_has_no_name_is_a_number() -> None:
    assert user_name(os.geteuid()) != ""
    assert user_name(4_000_001) == "4000001"
    assert group_name(4_000_001) == "4000001"
