from __future__ import annotations

import os
from pathlib import Path

from fastagi_server.loadtest.owned import Owner, Owners, make_folder, write_file

ME = Owner(uid=os.getuid(), gid=os.getgid())


def test_a_file_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_file(tmp_path / "secret", "s\n", ME, 0o600)
        make_folder(tmp_path / "a/b", ME, 0o2750)
    finally:
        os.umask(before)

    assert (tmp_path / "secret").stat().st_mode & 0o7777 == 0o600
    assert (tmp_path / "a/b").stat().st_mode & 0o7777 == 0o2750


def test_what_one_writes_for_the_other_has_the_readers_group() -> None:
    owners = Owners(asterisk=Owner(uid=1, gid=2), discador=Owner(uid=3, gid=4))

    assert owners.discador_for_asterisk == Owner(uid=3, gid=2)
    assert owners.root_for_asterisk == Owner(uid=0, gid=2)
    assert owners.root_for_discador == Owner(uid=0, gid=4)
