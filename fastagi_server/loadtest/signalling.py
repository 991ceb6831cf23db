"""A carrier that only signals: SIPp, for rates at which an Asterisk at the far end would be what is measured.

It is reached over the endpoint `signalling`, rings for a moment, and is busy or answers without audio. What
it writes down of every call is when it came, was answered and ended. The same SIPp can also place calls to
it by a pacing of its own, to measure ours beside.
"""

from __future__ import annotations

import enum
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fastagi_server.loadtest import calls, debian, programs
from fastagi_server.loadtest.commands import Where, sipp_with
from fastagi_server.loadtest.errors import ProgramFailedError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.owned import Owners, make_folder, write_file
from fastagi_server.loadtest.ports import used_ports
from fastagi_server.loadtest.programs import Program
from fastagi_server.loadtest.templates import render

RING_SECONDS = 0.2
ENDPOINT = "signalling"
_GRACE_SECONDS = 30.0


class Kind(enum.StrEnum):
    """What the carrier does once it has rung."""

    BUSY = "busy"
    ANSWERS = "answers"


@dataclass(frozen=True, kw_only=True)
class Signalled:
    """One call as the carrier saw it, in Unix seconds; None of what has not happened.

    `answered_at` is when the 200 was acknowledged, `ended_at` when a BYE came.
    """

    call: str
    number: str
    invited_at: float
    answered_at: float | None = None
    ended_at: float | None = None


@contextmanager
def running(lab: Lab, kind: Kind, *, ring_seconds: float = RING_SECONDS) -> Iterator[Path]:
    """Keep the carrier up and give the file that it writes; what an earlier one wrote is gone."""
    program, log = _program(lab, kind, ring_seconds)
    log.unlink(missing_ok=True)
    programs.start(program)
    try:
        programs.wait_until(lambda: lab.ports.signalling in used_ports(), program)
        yield log
    finally:
        programs.end(program)


def read_signalled(path: Path, offset: int = 0) -> list[Signalled]:
    """Read every call whose INVITE stands behind an offset of the file, in the order in which they came."""
    found: dict[str, Signalled] = {}
    for line in calls.lines(path, offset):
        at, call = calls.sipp_instant(line["at"]), line["call"]
        match line["what"]:
            case "invited":
                found[call] = Signalled(call=call, number=line["number"], invited_at=at)
            case "answered" if call in found:
                found[call] = replace(found[call], answered_at=at)
            case _ if call in found:
                found[call] = replace(found[call], ended_at=at)
    return list(found.values())


def rival(lab: Lab, *, cps: float, count: int) -> None:
    """Have SIPp itself call the busy carrier so many times at its own pacing, and wait until all is over."""
    folder, owners = _folder(lab, "rival")
    write_file(folder / "rival.xml", render("rival.xml"), owners.root_for_asterisk, 0o640)
    ports = lab.ports
    program = sipp_with(
        lab.paths,
        owners.asterisk,
        folder,
        scenario="rival",
        where=Where(sip=ports.rival, control=ports.rival_control, media=ports.rival_media),
        log=folder / "rival.log",
        more=("-r", f"{cps:g}", "-m", str(count), f"127.0.0.1:{ports.signalling}"),
    )
    done = subprocess.run(
        program.argv, capture_output=True, text=True, check=False, timeout=count / cps + _GRACE_SECONDS
    )
    if done.returncode:
        told = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise ProgramFailedError(command="sipp", status=done.returncode, told=told)


def _program(lab: Lab, kind: Kind, ring_seconds: float) -> tuple[Program, Path]:
    folder, owners = _folder(lab, ENDPOINT)
    name = f"signalling_{kind}"
    scenario = render(f"{name}.xml", ring=round(ring_seconds * 1000))
    write_file(folder / f"{name}.xml", scenario, owners.root_for_asterisk, 0o640)
    log, ports = folder / "calls.jsonl", lab.ports
    where = Where(sip=ports.signalling, control=ports.signalling_control, media=ports.signalling_media)
    return sipp_with(lab.paths, owners.asterisk, folder, scenario=name, where=where, log=log), log


def _folder(lab: Lab, name: str) -> tuple[Path, Owners]:
    owner = debian.asterisk_owner(lab.paths.root)
    folder = lab.paths.folder / name
    make_folder(folder, owner, 0o755)
    return folder, Owners(asterisk=owner, discador=debian.make_user())
