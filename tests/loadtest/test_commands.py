from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.loadtest import priority
from fastagi_server.loadtest.commands import Where, asterisk, sipp, sipp_with
from fastagi_server.loadtest.owned import Owner
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import of_block

PATHS = Paths(name="a", root=Path("/srv/asterisk-22"))
OWNER = Owner(uid=101, gid=102)


def test_each_program_runs_in_the_chroot_as_asterisks_user_and_carries_its_mark() -> None:
    for program in (
        asterisk(PATHS, Side.DIALER, OWNER),
        asterisk(PATHS, Side.CARRIER, OWNER),
        sipp(PATHS, of_block(12_000), OWNER),
    ):
        begins = program.argv.index("chroot")
        assert program.argv[begins:][:4] == ("chroot", "--userspec=101:102", "--groups=", "/srv/asterisk-22")
        assert program.mark in program.argv
        assert program.mark.startswith("/lab/a/")


def test_asterisk_goes_first_where_it_may_and_sipp_as_anything_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "of_asterisk", lambda: ("chrt", "--rr", "10"))

    assert asterisk(PATHS, Side.DIALER, OWNER).argv[:4] == ("chrt", "--rr", "10", "chroot")
    assert asterisk(PATHS, Side.CARRIER, OWNER).argv[:4] == ("chrt", "--rr", "10", "chroot")
    assert sipp(PATHS, of_block(12_000), OWNER).argv[0] == "chroot"


def test_sipp_listens_on_loopback_alone() -> None:
    argv = sipp(PATHS, of_block(12_000), OWNER).argv

    assert {argv[argv.index(option) + 1] for option in ("-i", "-ci", "-mi")} == {"127.0.0.1"}
    assert argv[argv.index("-mp") + 1] == str(of_block(12_000).sipp_media)


def test_another_sipp_has_a_folder_and_ports_of_its_own_and_what_more_it_is_told() -> None:
    folder = PATHS.folder / "mine"
    program = sipp_with(
        PATHS,
        OWNER,
        folder,
        scenario="loud",
        where=Where(sip=1, control=2, media=3),
        log=folder / "loud.jsonl",
        more=("-r", "5"),
    )

    argv = program.argv
    assert [argv[argv.index(option) + 1] for option in ("-sf", "-p", "-cp", "-mp", "-r", "-log_file")] == [
        "/lab/a/mine/loud.xml",
        *"1235",
        "/lab/a/mine/loud.jsonl",
    ]
    assert program.pid_file.parent == folder
