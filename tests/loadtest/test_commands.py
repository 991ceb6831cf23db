from __future__ import annotations

from pathlib import Path

from fastagi_server.loadtest.commands import asterisk, sipp
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
        assert program.argv[:4] == ("chroot", "--userspec=101:102", "--groups=", "/srv/asterisk-22")
        assert program.mark in program.argv
        assert program.mark.startswith("/lab/a/")


def test_sipp_listens_on_loopback_alone() -> None:
    argv = sipp(PATHS, of_block(12_000), OWNER).argv

    assert {argv[argv.index(option) + 1] for option in ("-i", "-ci", "-mi")} == {"127.0.0.1"}
    assert argv[argv.index("-mp") + 1] == str(of_block(12_000).sipp_media)
