from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastagi_server.loadtest import debian
from fastagi_server.loadtest.errors import BrokenChrootError, NeedsRootError, NoMirrorError
from fastagi_server.loadtest.owned import Owner
from fastagi_server.loadtest.release import Release

TARGETS = """\
http://mirror.invalid/debian-security/ bookworm-security main
http://mirror.invalid/debian/ bookworm-updates main
http://mirror.invalid/debian/ bookworm contrib
http://mirror.invalid/debian/ bookworm main
"""


def test_the_mirror_is_the_one_that_apt_uses() -> None:
    assert debian.pick_mirror(TARGETS) == "http://mirror.invalid/debian/"


def test_a_machine_without_a_mirror_is_told_so() -> None:
    with pytest.raises(NoMirrorError, match="apt-get"):
        debian.pick_mirror("")


def test_without_root_it_says_what_root_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(NeedsRootError, match=r"needs root \(to build it\); run it again as root"):
        debian.need_root("to build it")


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCADOR_LAB_CACHE", "/srv/lab")
    assert debian.cache_folder() == Path("/srv/lab")

    monkeypatch.setenv("DISCADOR_LAB_CACHE", "")
    assert debian.cache_folder() == Path("/var/cache/discador")


def test_asterisks_numbers_are_those_of_the_chroot(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nasterisk:x:101:102:PBX:/:/bin/false\n")

    assert debian.asterisk_owner(tmp_path) == Owner(uid=101, gid=102)


def test_a_chroot_without_asterisks_user_is_broken(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")

    with pytest.raises(BrokenChrootError, match="remove that folder and run this again"):
        debian.asterisk_owner(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_a_folder_in_which_asterisk_does_not_run_is_not_taken_for_a_chroot(tmp_path: Path) -> None:
    for release in Release:
        debian.chroot(tmp_path, release).mkdir()

        with pytest.raises(BrokenChrootError, match=f"asterisk-{release} holds no such Asterisk that runs"):
            debian.ready_chroot(tmp_path, release)


@pytest.mark.asterisk
def test_one_release_is_not_taken_for_another(asterisk_root: Path, release: Release, tmp_path: Path) -> None:
    (other,) = set(Release) - {release}
    debian.chroot(tmp_path, other).symlink_to(asterisk_root)

    with pytest.raises(BrokenChrootError, match=f"Asterisk {release}"):
        debian.ready_chroot(tmp_path, other)


@pytest.mark.parametrize("library", ["usr/lib", "usr/lib/x86_64-linux-gnu"])
def test_modules_are_where_this_debian_has_them(tmp_path: Path, library: str) -> None:
    modules = tmp_path / library / "asterisk/modules"
    modules.mkdir(parents=True)

    assert debian.modules_folder(tmp_path) == modules


def test_a_chroot_without_modules_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenChrootError, match="no modules"):
        debian.modules_folder(tmp_path)


def built_from(monkeypatch: pytest.MonkeyPatch, cache: Path, release: Release) -> tuple[str, ...]:
    """Give the debootstrap command that would build a chroot; nothing is run."""
    asked: list[tuple[str, ...]] = []

    def run(*argv: str, **_: object) -> str:
        asked.append(argv)
        return {"apt-get": TARGETS, "chroot": f"Asterisk {release}.1\n"}.get(argv[0], "")

    monkeypatch.setattr(debian, "run", run)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "_name_host", lambda root: None)
    debian.ready_chroot(cache, release)
    return next(argv for argv in asked if argv[0] == "debootstrap")


@pytest.mark.parametrize(
    ("release", "suite"), [(Release.ASTERISK_22, "forky"), (Release.ASTERISK_16, "bullseye")]
)
def test_each_release_is_built_from_its_own_debian(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, release: Release, suite: str
) -> None:
    monkeypatch.delenv("DISCADOR_LAB_MIRROR", raising=False)

    argv = built_from(monkeypatch, tmp_path, release)

    assert argv[-4] == suite
    assert argv[-2] == "http://mirror.invalid/debian/"
    assert Path(argv[-1]).name in {suite, "sid"}
    assert debian.chroot(tmp_path, release).is_dir()
    assert list(tmp_path.glob("building-*")) == []


def test_an_archive_for_old_releases_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISCADOR_LAB_MIRROR", "http://archive.invalid/debian/")

    assert built_from(monkeypatch, tmp_path, Release.ASTERISK_16)[-2] == "http://archive.invalid/debian/"
