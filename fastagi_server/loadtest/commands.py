"""The three programs of a lab, as they are run: in the chroot, as its user asterisk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest import priority
from fastagi_server.loadtest.owned import Owner
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import Ports
from fastagi_server.loadtest.programs import Program


def asterisk(paths: Paths, side: Side, owner: Owner) -> Program:
    """Say how one of the two Asterisks is run."""
    folder = paths.side(side)
    conf = str(paths.inside(folder / "etc/asterisk.conf"))
    return Program(
        name=side,
        argv=(*priority.of_asterisk(), *_chroot(paths, owner, "asterisk", "-f", "-C", conf)),
        mark=conf,
        pid_file=folder / "asterisk.pid",
        log=folder / "console.log",
    )


def sipp(paths: Paths, ports: Ports, owner: Owner) -> Program:
    """Say how SIPp is run, which gives the answers that Asterisk cannot."""
    where = Where(sip=ports.sipp, control=ports.sipp_control, media=ports.sipp_media)
    return sipp_with(paths, owner, paths.folder / "sipp", scenario="rejects", where=where, log=paths.rejects)


@dataclass(frozen=True, kw_only=True)
class Where:
    """The ports of one SIPp."""

    sip: int
    control: int
    media: int


def sipp_with(
    paths: Paths,
    owner: Owner,
    folder: Path,
    *,
    scenario: str,
    where: Where,
    log: Path,
    more: Sequence[str] = (),
) -> Program:
    """Say how SIPp is run with a scenario of a folder; `log` is what the scenario writes."""
    script = str(paths.inside(folder / f"{scenario}.xml"))
    listen = ("-i", "127.0.0.1", "-p", str(where.sip), "-ci", "127.0.0.1", "-cp", str(where.control))
    # SIPp 3.6 opens a port for media that nobody asked for.
    media = ("-mi", "127.0.0.1", "-mp", str(where.media))
    quiet = ("-nostdin", "-trace_logs", "-log_file", str(paths.inside(log)), "-f", "3600")
    return Program(
        name="sipp",
        argv=_chroot(paths, owner, "sipp", "-sf", script, *listen, *media, *quiet, *more),
        mark=script,
        pid_file=folder / "sipp.pid",
        log=folder / "console.log",
    )


def _chroot(paths: Paths, owner: Owner, *argv: str) -> tuple[str, ...]:
    return ("chroot", f"--userspec={owner.uid}:{owner.gid}", "--groups=", str(paths.root), *argv)
