"""What this Asterisk is and how much it can carry: version, clock, calls, files, RTP ports, CDRs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from fastagi_server.ami import actions
from fastagi_server.app.checks.reader import PROC, running
from fastagi_server.app.checks.theirs import Ask, number, section
from fastagi_server.app.checks.verdicts import judged, noted, unseen
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.telephony.clock import Clock

OLDEST = 16
_VERSION = re.compile(r"(?:certified[/-])?(\d+)\.")
# Asterisk's own, where rtp.conf says nothing.
_RTP_FIRST, _RTP_LAST = 5000, 31000
# RTP and RTCP, for the callee and for whoever takes the call.
PORTS_A_CALL = 4
# The RTP ports, the AGI session, the prompt, and what wakes and times each of the two channels.
FILES_A_CALL = 10
_OWN_FILES = 200
_APART_SECONDS = 2.0
_LIMIT = re.compile(r"^Max open files\s+(\S+)", re.MULTILINE)


async def itself(ask: Ask, settings: Settings, *, here: bool, proc: Path = PROC) -> list[Finding]:
    """Look at the version and at Asterisk's own limits."""
    told = (await ask(actions.CoreSettings())).response.headers
    version = told.get("AsteriskVersion")
    major = _VERSION.match(version)
    calls = settings.max_concurrent_calls
    most = number(dict(told.pairs), "CoreMaxCalls", 0)
    found = [
        judged("version", good=int(major[1]) >= OLDEST, version=version, oldest=OLDEST)
        if major
        else noted("version_unknown", version=version, oldest=OLDEST),
        judged("max_calls", good=not most or 0 < calls <= most, most=most or "-", calls=calls or "-"),
        _files(number(dict(told.pairs), "CoreMaxFilehandles", 0), calls, running(proc) if here else ()),
    ]
    trunks = settings.trunks.values()
    writes = not trunks or any(trunk.cdr for trunk in trunks)
    if told.get("CoreCDRenabled") == "Yes" and settings.max_cps and writes:
        found.append(noted("cdr", hourly=round(settings.max_cps * 3600)))
    return found


def _files(configured: int, calls: int, processes: Iterable[Path]) -> Finding:
    """Judge by what the kernel gives the processes here, else by what asterisk.conf asks for."""
    needed = calls * FILES_A_CALL + _OWN_FILES
    limits = [limit for each in processes if (limit := _limit(each))]
    most = min(limits, default=configured)
    if not most:
        return unseen("asterisk_files", "-")
    fits = max(0, most - _OWN_FILES) // FILES_A_CALL
    return judged("asterisk_files", good=most >= needed, most=most, needed=needed, fits=fits)


def _limit(process: Path) -> int:
    try:
        told = _LIMIT.search((process / "limits").read_text())
    except OSError:
        return 0
    return int(told[1]) if told and told[1].isdigit() else 0


async def clocks(ask: Ask, clock: Clock) -> list[Finding]:
    """Look how far Asterisk's clock is from ours; its answer comes within milliseconds."""
    answered = await ask(actions.Ping())
    try:
        theirs = float(answered.response.headers.get("Timestamp"))
    except ValueError:
        return [unseen("asterisk_clock", "-")]
    apart = abs(clock.wall() - theirs)
    return [judged("asterisk_clock", good=apart <= _APART_SECONDS, apart=f"{apart:.1f}")]


async def rtp(ask: Ask, settings: Settings) -> list[Finding]:
    """Look whether there are RTP ports for as many calls as may be up."""
    general = await section(ask, "rtp.conf", "general") or {}
    first, last = number(general, "rtpstart", _RTP_FIRST), number(general, "rtpend", _RTP_LAST)
    ports = last - first + 1
    calls = settings.max_concurrent_calls
    needed = calls * PORTS_A_CALL
    says = {
        "ports": ports,
        "first": first,
        "last": last,
        "needed": needed,
        "wanted": first + needed - 1,
        "calls": max(ports, 0) // PORTS_A_CALL,
    }
    # Half is enough while nobody is connected to anybody: that must be, the rest should.
    if needed // 2 <= ports < needed:
        return [noted("rtp_tight", **says)]
    return [judged("rtp", good=ports >= max(needed, 1), **says)]
