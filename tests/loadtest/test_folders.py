from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fastagi_server.loadtest import folders
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.owned import Owner, Owners
from fastagi_server.loadtest.paths import Paths
from fastagi_server.loadtest.ports import of_block

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("espeak-ng"), reason="gives files away, which is root's, and speaks"
)
OWNERS = Owners(asterisk=Owner(uid=101, gid=102), discador=Owner(uid=201, gid=202))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "usr/share/asterisk/sounds/en").mkdir(parents=True)
    (tmp_path / "usr/share/asterisk/documentation").mkdir()
    modules = tmp_path / "usr/lib/a-machine/asterisk/modules"
    modules.mkdir(parents=True)
    (modules / "chan_sip.so").touch()
    (tmp_path / "etc/asterisk").mkdir(parents=True)
    (tmp_path / "etc/asterisk/amd.conf").touch()
    paths = Paths(name="a", root=tmp_path)
    folders.make(
        paths,
        of_block(12_000),
        countries=LAB_COUNTRIES,
        cache=tmp_path / "cache",
        owners=OWNERS,
        secrets=("d15cador", "w17ness"),
    )
    return paths


def rights(path: Path) -> tuple[int, int, str]:
    found = path.stat()
    return found.st_uid, found.st_gid, f"{found.st_mode & 0o7777:o}"


def test_what_discador_writes_is_read_by_asterisks_group(paths: Paths) -> None:
    assert rights(paths.dialplan) == (201, 102, "2750")
    assert rights(paths.sounds) == (201, 102, "2750")
    assert rights(paths.sounds / "mexico/offer.wav")[:2] == (201, 102)


def test_a_secret_is_its_readers_alone(paths: Paths) -> None:
    assert rights(paths.secret) == (201, 202, "600")
    assert rights(paths.witness_secret) == (0, 0, "600")
    assert rights(paths.config) == (0, 202, "640")
    assert rights(paths.folder / "dialer/etc/manager.conf") == (0, 102, "640")
    assert paths.secret.read_text() == "d15cador\n"
    assert "[discador]\nsecret = d15cador\n" in (paths.folder / "dialer/etc/manager.conf").read_text()
    assert "d15cador" not in paths.config.read_text()


def test_discadors_data_is_its_own(paths: Paths) -> None:
    assert rights(paths.data) == rights(paths.run) == (201, 202, "750")


def test_asterisks_own_share_is_taken_by_links_that_hold_in_the_chroot(paths: Paths) -> None:
    share = paths.folder / "dialer/share"

    assert (share / "documentation").readlink() == Path("/usr/share/asterisk/documentation")
    assert (share / "sounds/en").readlink() == Path("/usr/share/asterisk/sounds/en")
    assert not (share / "sounds").is_symlink()


def test_asterisk_is_told_its_own_folders(paths: Paths) -> None:
    conf = (paths.folder / "carrier/etc/asterisk.conf").read_text()

    assert "astetcdir => /lab/a/carrier/etc\n" in conf
    assert "astmoddir => /usr/lib/a-machine/asterisk/modules\n" in conf
    assert "\ntransmit_silence = yes\n" in conf
    assert "\ntransmit_silence = no\n" in (paths.folder / "dialer/etc/asterisk.conf").read_text()


def test_what_this_release_does_not_ship_is_not_linked(paths: Paths) -> None:
    etc = paths.folder / "dialer/etc"

    assert (etc / "amd.conf").readlink() == Path("/etc/asterisk/amd.conf")
    assert not (etc / "geolocation.conf").is_symlink()


def test_chan_sip_is_the_dialers_second_trunk_where_there_is_one(paths: Paths) -> None:
    sip = (paths.folder / "dialer/etc/sip.conf").read_text()

    assert "\nudpbindaddr = 127.0.0.1:12008\n" in sip
    assert "[carrier-sip]\n" in sip
    assert "port = 12002\n" in sip
    assert not (paths.folder / "carrier/etc/sip.conf").exists()
    assert "\nnoload = chan_sip.so\n" in (paths.folder / "carrier/etc/modules.conf").read_text()
    assert "\nnoload = chan_sip.so\n" not in (paths.folder / "dialer/etc/modules.conf").read_text()


def test_discadors_configuration_leads_into_the_lab(paths: Paths) -> None:
    config = paths.config.read_text()

    assert f"database_url: sqlite:///{paths.data}/discador.db\n" in config
    assert f"  secret_file: {paths.secret}\n" in config
    assert f"  folder: {paths.dialplan}\n" in config
    assert "\nlab: true\n" in config
    assert "<<" not in config
