"""What another user of this machine may read, judged by owners and permission bits.

This file does not know why; access lists beyond the bits are not looked at.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_ROOT = 0


@dataclass(frozen=True, kw_only=True)
class Who:
    """A user as the kernel knows him."""

    name: str
    uid: int
    group: str
    groups: frozenset[int]


def running(proc: Path = PROC, program: str = "asterisk") -> list[Path]:
    """Give the /proc folders of the processes of a program."""
    return [each for each in proc.glob("[0-9]*") if _read(each / "comm").strip() == program]


def asterisk_user(run_user: str, proc: Path = PROC) -> Who | None:
    """Give the user whom Asterisk runs as: by its processes here, else by its own word; None when unknown."""
    found = {who.uid: who for each in running(proc) if (who := _owner(each))}
    if len(found) == 1:
        return next(iter(found.values()))
    try:
        named = pwd.getpwnam(run_user)
    except KeyError:
        return None
    groups = frozenset(os.getgrouplist(run_user, named.pw_gid))
    return Who(name=run_user, uid=named.pw_uid, group=group_name(named.pw_gid), groups=groups)


def unreadable(paths: Iterable[Path], who: Who) -> Iterator[Path]:
    """Give what the user cannot read: the path itself, or the first folder on the way that shuts him out."""
    for path in paths:
        shut = next((each for each in reversed(path.absolute().parents) if not _may(each, who, 0o1)), None)
        if shut is not None:
            yield shut
        elif not _may(path, who, 0o5 if path.is_dir() else 0o4):
            yield path


def is_there(path: Path) -> bool:
    """Say whether we see something at a path; what a shut folder hides is not there for us."""
    try:
        return path.exists()
    except OSError:
        return False


def _may(path: Path, who: Who, want: int) -> bool:
    if who.uid == _ROOT:
        return True
    try:
        seen = path.stat()
    except OSError:
        return False
    mode = stat.S_IMODE(seen.st_mode)
    if seen.st_uid == who.uid:
        return mode >> 6 & want == want
    if seen.st_gid in who.groups:
        return mode >> 3 & want == want
    return mode & want == want


def _owner(process: Path) -> Who | None:
    told = dict(line.split(":", 1) for line in _read(process / "status").splitlines() if ":" in line)
    try:
        uid, gid = int(told["Uid"].split()[1]), int(told["Gid"].split()[1])
        groups = frozenset({gid, *map(int, told.get("Groups", "").split())})
    except (KeyError, IndexError, ValueError):
        return None
    return Who(name=user_name(uid), uid=uid, group=group_name(gid), groups=groups)


def user_name(uid: int) -> str:
    """Give a user's name, or his number where he has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """Give a group's name, or its number where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
