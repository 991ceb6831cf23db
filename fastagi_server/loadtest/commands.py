"""The three programs of a lab, as they are run: in the chroot, as its user asterisk."""

from __future__ import annotations

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
        argv=_chroot(paths, owner, "asterisk", "-f", "-C", conf),
        mark=conf,
        pid_file=folder / "asterisk.pid",
        log=folder / "console.log",
    )


def sipp(paths: Paths, ports: Ports, owner: Owner) -> Program:
    """Say how SIPp is run, which gives the answers that Asterisk cannot."""
    folder = paths.folder / "sipp"
    scenario = str(paths.inside(folder / "rejects.xml"))
    listen = ("-i", "127.0.0.1", "-p", str(ports.sipp), "-ci", "127.0.0.1", "-cp", str(ports.sipp_control))
    # SIPp 3.6 opens a port for media that nobody asked for.
    media = ("-mi", "127.0.0.1", "-mp", str(ports.sipp_media))
    quiet = ("-nostdin", "-trace_logs", "-log_file", str(paths.inside(paths.rejects)), "-f", "3600")
    return Program(
        name="sipp",
        argv=_chroot(paths, owner, "sipp", "-sf", scenario, *listen, *media, *quiet),
        mark=scenario,
        pid_file=folder / "sipp.pid",
        log=folder / "console.log",
    )


def _chroot(paths: Paths, owner: Owner, *argv: str) -> tuple[str, ...]:
    return ("chroot", f"--userspec={owner.uid}:{owner.gid}", "--groups=", str(paths.root), *argv)
