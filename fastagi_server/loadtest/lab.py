"""A lab: the dialer's Asterisk, the carrier's, and SIPp, of one release, with folders and ports of their own.

`up` waits until both Asterisks say over AMI that they are fully booted; `down` ends what `up` started, and
nothing else. Several labs may run side by side.
"""

from __future__ import annotations

import re
import secrets  # noqa: TID251 - the lab is its own door: nobody above it has chance to hand in
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest import commands, database, debian, folders, ports, programs
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.errors import BadNameError, NoLabError, OtherReleaseError
from fastagi_server.loadtest.owned import Owners
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import Ports
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.statefile import read_state, write_state
from fastagi_server.loadtest.witness import Witness
from fastagi_server.telephony.country import Country

DEFAULT_NAME = "lab"
DEFAULT_RELEASE = Release.ASTERISK_22
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,23}")
_BOOT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A lab that was brought up: where everything of it is."""

    name: str
    paths: Paths
    ports: Ports
    release: Release = DEFAULT_RELEASE

    @classmethod
    def load(cls, name: str = DEFAULT_NAME, *, cache: Path | None = None) -> Lab:
        """Find a lab of any release by its name; the error when there is none says how to start it."""
        check_name(name)
        for found in _every(name, cache or debian.cache_folder()):
            return found
        raise NoLabError(name=name)

    def programs(self) -> tuple[programs.Program, ...]:
        """Give the three programs in the order in which they start."""
        owner = debian.asterisk_owner(self.paths.root)
        return (
            commands.asterisk(self.paths, Side.CARRIER, owner),
            commands.sipp(self.paths, self.ports, owner),
            commands.asterisk(self.paths, Side.DIALER, owner),
        )

    def pids(self) -> dict[str, int | None]:
        """Give each program's pid, None where it does not run."""
        return {program.name: programs.pid_of(program) for program in self.programs()}

    def running(self) -> bool:
        """Say whether all of it runs."""
        return all(self.pids().values())

    def witness(self, side: Side = Side.DIALER) -> Witness:
        """Open an AMI session with all rights on one of the two Asterisks."""
        port = self.ports.dialer_ami if side is Side.DIALER else self.ports.carrier_ami
        return Witness.connect(
            port=port, username="witness", secret=self.paths.witness_secret.read_text().strip()
        )


def check_name(name: str) -> str:
    """Take a lab's name; it becomes a folder's name."""
    if not _NAME.fullmatch(name):
        raise BadNameError(name=name)
    return name


def prepare(release: Release = DEFAULT_RELEASE, *, cache: Path | None = None) -> Path:
    """Make the machine ready for labs of a release: commands, user, chroot; give the chroot."""
    debian.need_root("it makes a chroot and a system user")
    debian.install_commands()
    debian.make_user()
    return debian.ready_chroot(cache or debian.cache_folder(), release)


def up(
    name: str = DEFAULT_NAME,
    *,
    release: Release = DEFAULT_RELEASE,
    countries: Sequence[Country] = LAB_COUNTRIES,
    cache: Path | None = None,
    own_postgres: bool = False,
) -> Lab:
    """Bring a lab up, or find it up, and give it; one of that name and another release stays as it is.

    Its store is SQLite's file unless it is to have a PostgreSQL of its own.
    """
    check_name(name)
    cache = cache or debian.cache_folder()
    root = prepare(release, cache=cache)
    with debian.locked(cache, "labs.lock"):
        found = _find(name, cache)
        if found and found.release is not release:
            raise OtherReleaseError(name=name, found=found.release, asked=release)
        if found and found.running():
            return found
        if found:
            _remove(found)
        paths = Paths(name=name, root=root)
        lab = Lab(
            name=name,
            release=release,
            paths=paths,
            ports=ports.choose(ports.used_ports(), claimed_blocks(cache)),
        )
        shutil.rmtree(lab.paths.folder, ignore_errors=True)
        try:
            folders.make(
                lab.paths,
                lab.ports,
                countries=countries,
                cache=cache,
                owners=Owners(asterisk=debian.asterisk_owner(root), discador=debian.make_user()),
                secrets=(secrets.token_hex(16), secrets.token_hex(16)),
            )
            write_state(lab.paths, lab.ports, {})
            if own_postgres:
                database.start_own(lab.paths)
            _start(lab)
        except BaseException:
            _remove(lab)
            raise
        write_state(lab.paths, lab.ports, lab.pids())
        return lab


def down(name: str = DEFAULT_NAME, *, cache: Path | None = None) -> bool:
    """End a lab and remove its folder; say whether there was one."""
    check_name(name)
    debian.need_root("it ends programs of other users")
    cache = cache or debian.cache_folder()
    with debian.locked(cache, "labs.lock"):
        found = _find(name, cache)
        if found:
            _remove(found)
        return found is not None


def _find(name: str, cache: Path) -> Lab | None:
    try:
        return Lab.load(name, cache=cache)
    except NoLabError:
        return None


def _every(pattern: str, cache: Path) -> Iterator[Lab]:
    for release in Release:
        root = debian.chroot(cache, release)
        for state in sorted(root.glob(f"lab/{pattern}/lab.json")):
            paths = Paths(name=state.parent.name, root=root)
            yield Lab(name=paths.name, release=release, paths=paths, ports=read_state(state))


def claimed_blocks(cache: Path | None = None) -> set[int]:
    """Give the first port of each block that a lab claims: one of which anything still runs.

    A lab of which nothing runs any more (the machine was started anew, a test run killed) claims nothing:
    brought up again it chooses anew, and six such folders would leave no block to anybody.
    """
    cache = cache or debian.cache_folder()
    return {found.ports.block for found in _every("*", cache) if any(found.pids().values())}


def _start(lab: Lab) -> None:
    carrier, sipp, dialer = lab.programs()
    for program in (carrier, sipp, dialer):
        programs.start(program)
    programs.wait_until(lambda: _booted(lab, Side.CARRIER), carrier, _BOOT_SECONDS)
    programs.wait_until(lambda: lab.ports.sipp in ports.used_ports(), sipp, _BOOT_SECONDS)
    programs.wait_until(lambda: _booted(lab, Side.DIALER), dialer, _BOOT_SECONDS)


def _booted(lab: Lab, side: Side) -> bool:
    try:
        with lab.witness(side) as witness:
            witness.wait_for("FullyBooted")
    except OSError:
        return False
    return True


def _remove(lab: Lab) -> None:
    for program in reversed(lab.programs()):
        programs.end(program)
    database.stop_own(lab.paths)
    shutil.rmtree(lab.paths.folder)
