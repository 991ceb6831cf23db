"""This machine: its clock, its disks, its limits, its name. This file does not know Asterisk."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fastagi_server.app.checks.reader import is_there
from fastagi_server.app.checks.verdicts import judged, noted
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding

MEGABYTE = 1024 * 1024
# A call's record is about a kilobyte: at 25 calls per second this is two hours.
FREE_MEGABYTES = 256
# Sockets beyond the sessions: the link, the desk, the store, the log.
_OWN_FILES = 64
_PLENTY = 65536
_UNSYNCHRONIZED = 5  # TIME_ERROR of adjtimex(2)
_TIMEX_BYTES = 512  # more than any kernel's struct timex


def clock() -> Finding:
    """Look whether somebody sets this machine's clock."""
    return judged("clock", good=True) if _synchronized() else noted("clock_unkept")


def _synchronized() -> bool:
    """Ask the kernel, which chrony, ntpd and systemd-timesyncd all tell; mode 0 changes nothing."""
    told = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return bool(0 <= told < _UNSYNCHRONIZED)


def disks(places: Iterable[Path]) -> Iterator[Finding]:
    """Look whether there is room where we write; places on one file system are told once."""
    seen: set[int] = set()
    for place in places:
        folder = next(each for each in (place, *place.absolute().parents) if is_there(each))
        if (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        about = os.statvfs(folder)
        free = about.f_bavail * about.f_frsize // MEGABYTE
        good = free >= FREE_MEGABYTES
        yield judged("disk", good=good, place=folder, free=free, needed=FREE_MEGABYTES)


def open_files(settings: Settings) -> Finding:
    """Look whether we may hold a socket for each session; `serve` takes all that it may have."""
    sessions = settings.fastagi.sessions or settings.max_concurrent_calls
    needed = sessions + _OWN_FILES
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = most == resource.RLIM_INFINITY or most >= needed
    return judged("open_files", good=good, most=most, needed=needed)


def take_open_files() -> None:
    """Take more open files where this process may: most systems start with 1,024 and allow far more."""
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = _PLENTY if most == resource.RLIM_INFINITY else min(most, _PLENTY)
    if usual != resource.RLIM_INFINITY and usual < want:
        resource.setrlimit(resource.RLIMIT_NOFILE, (want, most))


def host_name(
    name: Callable[[], str] = socket.gethostname,
    resolve: Callable[[str, int], object] = socket.getaddrinfo,
) -> Finding:
    """Look whether this machine knows its own name: Asterisk asks for it at each call."""
    named, good = name(), True
    try:
        resolve(named, 0)
    except OSError:
        good = False
    return judged("host_name", good=good, name=named)
