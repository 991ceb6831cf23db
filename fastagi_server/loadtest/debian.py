"""A Debian machine made ready: packages, the system user, and the chroots in which the Asterisks live.

This file knows Debian and nothing of labs. Everything in it may be done again without harm.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fastagi_server.loadtest.errors import (
    BrokenChrootError,
    NeedsRootError,
    NoMirrorError,
    ProgramFailedError,
)
from fastagi_server.loadtest.owned import Owner
from fastagi_server.loadtest.programs import commands_missing, run
from fastagi_server.loadtest.release import SUITES, Release

USER = "discador"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_COMMANDS = {"debootstrap": "debootstrap", "espeak-ng": "espeak-ng", "sox": "sox"}
_FOLDERS = (Path("/usr/bin"), Path("/usr/sbin"), Path("/bin"), Path("/sbin"))
_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
_TARGETS = "$(REPO_URI) $(RELEASE) $(COMPONENT)"


def need_root(what: str) -> None:
    """Refuse to go on without root, saying what it is needed for."""
    if os.geteuid():
        raise NeedsRootError(what=what)


def cache_folder() -> Path:
    """Give the folder that outlives labs: DISCADOR_LAB_CACHE, or /var/cache/discador."""
    return Path(os.environ.get("DISCADOR_LAB_CACHE") or "/var/cache/discador").absolute()


@contextmanager
def locked(cache: Path, name: str) -> Iterator[None]:
    """Let one process at a time through; the lock goes when the process does."""
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (cache / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_commands() -> None:
    """Install by apt-get those of the lab's commands that the machine has not got."""
    missing = commands_missing(tuple(_COMMANDS), _FOLDERS)
    if missing:
        install([_COMMANDS[name] for name in missing])


def install(packages: Sequence[str]) -> None:
    """Install packages by apt-get."""
    need_root(f"to install {', '.join(packages)}")
    run("apt-get", "update", env=_QUIET)
    run("apt-get", "install", "-y", "--no-install-recommends", *packages, env=_QUIET)


def make_user() -> Owner:
    """Give Discador's own system user, made if it is not there."""
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        nobody = ("--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin")
        run("useradd", "--system", "--user-group", *nobody, USER)
        entry = pwd.getpwnam(USER)
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def chroot(cache: Path, release: Release) -> Path:
    """Say where the chroot of an Asterisk is, or would be."""
    return cache / f"asterisk-{release}"


def ready_chroot(cache: Path, release: Release) -> Path:
    """Give the chroot of an Asterisk, built if it is not there: finished builds alone bear the name."""
    root = chroot(cache, release)
    with locked(cache, f"build-{release}.lock"):
        if not root.exists():
            need_root(f"to build {root}")
            _build(root, release)
        _verify(root, release)
        _name_host(root)
    return root


def asterisk_owner(root: Path) -> Owner:
    """Give the numbers of the chroot's own user asterisk; its names mean nothing outside."""
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return Owner(uid=int(uid), gid=int(gid))
    raise BrokenChrootError(folder=root, told="no user asterisk")


def modules_folder(root: Path) -> Path:
    """Give the folder of the chroot's modules: a newer Debian has one for each kind of machine."""
    library = root / "usr/lib"
    found = (*library.glob("asterisk/modules"), *library.glob("*/asterisk/modules"))
    if not found:
        raise BrokenChrootError(folder=root, told="no modules")
    return found[0]


def pick_mirror(targets: str) -> str:
    """Choose Debian's main archive among the lines that apt-get indextargets prints."""
    rows = [line.split() for line in targets.splitlines()]
    found = [row[0] for row in rows if len(row) == 3 and row[2] == "main" and "-" not in row[1]]  # noqa: PLR2004
    if not found:
        raise NoMirrorError
    return found[0]


def _build(root: Path, release: Release) -> None:
    suite = SUITES[release]
    script = _SCRIPTS / suite
    built = Path(tempfile.mkdtemp(prefix="building-", dir=root.parent))
    built.chmod(0o755)
    try:
        run(
            "debootstrap",
            "--variant=minbase",
            "--include=asterisk,sip-tester",
            suite,
            str(built),
            _mirror(),
            str(script if script.exists() else _SCRIPTS / "sid"),
            env=_QUIET,
        )
        shutil.rmtree(built / "var/cache/apt/archives", ignore_errors=True)
        _verify(built, release)
        built.rename(root)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def _mirror() -> str:
    """Give the archive to build from: apt's, or DISCADOR_LAB_MIRROR when that has dropped an old release."""
    if named := os.environ.get("DISCADOR_LAB_MIRROR"):
        return named
    return pick_mirror(run("apt-get", "indextargets", "--format", _TARGETS, "Created-By: Packages"))


def _verify(root: Path, release: Release) -> None:
    try:
        told = run("chroot", str(root), "asterisk", "-V").strip()
    except ProgramFailedError as error:
        raise BrokenChrootError(folder=root, told=error.details["told"]) from error
    if not told.startswith(f"Asterisk {release}."):
        raise BrokenChrootError(folder=root, told=told)


def _name_host(root: Path) -> None:
    """Let the host's name resolve inside; else Asterisk asks DNS at every call and 20 CPS become 1."""
    hosts = root / "etc/hosts"
    text = hosts.read_text() if hosts.exists() else "127.0.0.1 localhost\n"
    name = socket.gethostname()
    if name not in text.split():
        hosts.write_text(f"{text.rstrip()}\n127.0.0.1 {name}\n")
