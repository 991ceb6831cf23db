"""What the engine needs goes away and comes back: Asterisk, the database, room on a disk, the time of day."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from fastagi_server.callerid.day import day_of
from fastagi_server.loadtest import programs
from fastagi_server.loadtest.paths import Side
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint
from tests.faults import looks
from tests.faults.ordeal import CAPPED, SPOKEN, Ordeal
from tests.faults.scenes import Scene, begin, judged

HOUR, DAY = 3600.0, 86_400.0
JUMPS = (HOUR, 0.0, -HOUR, DAY, 0.0, -DAY, 0.0)
# What was ordered before is on its way, and what was begun durably may be ordered yet.
ON_ITS_WAY = 1.0
# How long a way back may take: the link's pause, or a busy writer's.
BACK_SECONDS = 30.0
# What was sent before the store was known to be away is at the carrier by then, and dialing goes on so soon.
LATE_SECONDS, PROMISED_SECONDS = 2.0, 5.0
RETRIES = 3
# A booting Asterisk is not heard, and refuses, for so long after it was ready.
BOOTING_SECONDS = 3.0
MEGABYTE = 1024 * 1024
Stopped = Callable[[], None]


def asterisk_killed(ordeal: Ordeal, name: str, people: Sequence[str], *, times: int, away: float) -> Scene:
    """Kill the dialer's Asterisk with -9 in the middle, and start it anew a little later."""
    # An Asterisk that boots lets us in before it has its dialplan, and refuses what it is asked to dial by
    # then: who asks for no retry is done unrung (docs/faults.md).
    begin(ordeal, name, people, american=len(people) // 50 + 2, retries=RETRIES)
    windows, cut_off, came_back = [], frozenset[str](), []
    for _ in range(times):
        ordeal.wait(lambda: _rate(ordeal, 2.0) > 5, BACK_SECONDS, "calls")
        killed_at = time.time()
        _kill_asterisk(ordeal)
        cut_off |= {call.call for call in ordeal.calls() if call.ended_at is None}
        _hang_up_orphans(ordeal)
        time.sleep(away)
        booted_at = _start_asterisk(ordeal)
        came_back.append(_first_call(ordeal, booted_at) - booted_at)
        windows.append((killed_at, booted_at + came_back[-1] + BOOTING_SECONDS))
    scene = judged(
        ordeal,
        name,
        spans=[(gone - 0.5, back) for gone, back in windows],
        gone=[(gone - 1.0, back + 1.0) for gone, back in windows],
        cut_off=cut_off,
    )
    scene.figures |= {"asterisk_killed": times, "cut_off_with_it": len(cut_off), "back_after": came_back}
    return scene


def store_away(
    ordeal: Ordeal, name: str, people: Sequence[str], *, seconds: float, take: Callable[[], Stopped]
) -> Scene:
    """Take the store away in the middle, for so long, and give it back."""
    begin(ordeal, name, people, american=len(people) // 100 + 2)
    ordeal.wait(lambda: _rate(ordeal, 2.0) > 5, BACK_SECONDS, "calls")
    gone_at = time.time()
    give_back = take()
    taken_at = time.time()
    try:
        time.sleep(seconds)
    finally:
        back_at = time.time()
        give_back()
    # A server that was killed needs a moment to be there again.
    there_at = time.time()
    came_back = _first_call(ordeal, there_at)
    scene = judged(ordeal, name, spans=[(gone_at - 0.5, came_back + 1.0)])
    not_durable = mint(taken_at + 0.05, bytes(CHANCE_BYTES))
    meanwhile = [call for call in ordeal.calls() if taken_at < call.invited_at < back_at - 0.05]
    scene.faults |= {
        "dialed_while_away": tuple(call.call for call in meanwhile if call.call > not_durable),
        "went_out_late": tuple(
            f"{call.call}: {call.invited_at - taken_at:.1f} s after it went"
            for call in meanwhile
            if call.invited_at - taken_at > LATE_SECONDS
        ),
        "back_late": (f"{came_back - there_at:.1f} s",) if came_back - there_at > PROMISED_SECONDS else (),
    }
    scene.figures |= {
        "away": back_at - taken_at,
        "first_call_after": came_back - there_at,
        "went_out_meanwhile": len(meanwhile),
        "last_went_out_after": max((call.invited_at - taken_at for call in meanwhile), default=0.0),
        "nines_meanwhile": sum(
            press.digit == "9" and taken_at < press.at < back_at
            for call in ordeal.calls()
            for press in call.pressed
        ),
    }
    return scene


def killed(cluster: Cluster) -> Stopped:
    """Kill a PostgreSQL as a power cut would."""
    cluster.kill()
    return cluster.start


def mute(cluster: Cluster) -> Stopped:
    """Have a PostgreSQL stand still: the kernel takes connections and bytes for it, and nobody answers."""
    family = cluster.family()
    for each in family:
        os.kill(each, signal.SIGSTOP)

    def go_on() -> None:
        for each in family:
            # A session that has been told nothing more ends as soon as it can.
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

    return go_on


def locked(file: Path) -> Stopped:
    """Lock SQLite's file as another program does that writes for a long time."""
    other = sqlite3.connect(file, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")

    def unlock() -> None:
        other.execute("ROLLBACK")
        other.close()

    return unlock


def filled(folder: Path) -> Stopped:
    """Fill a disk to its last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (MEGABYTE, 4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return ballast.unlink


def clock_jumps(ordeal: Ordeal, name: str, people: Sequence[str], *, between: float) -> Scene:
    """Set the engine's wall clock an hour and a day forth and back, over midnight, while it dials."""
    ordeal.jump(0.0)
    first = begin(ordeal, name, people, american=len(people) // 100 + 2, clock=True)
    jumped: list[tuple[float, float]] = [(0.0, 0.0)]
    for offset in JUMPS:
        time.sleep(between)
        jumped.append((time.time(), offset))
        ordeal.jump(offset)
    time.sleep(between)
    last = time.time()

    def real(told: float) -> float:
        """Give the machine's time for the engine's: the jumps are wider apart than the scene is long."""
        near = [told - offset for _, offset in jumped if first - HOUR / 2 < told - offset < last + HOUR / 2]
        return near[0] if near else told

    zone = SPOKEN[CAPPED].zone
    ordeal.days |= {day_of(at + offset, zone) for at, offset in jumped[1:]}
    ordeal.real = real
    # What was being begun at a jump is taken back: it may be as old as the clock says.
    scene = judged(ordeal, name, spans=[(at - 0.5, at + 0.5) for at, _ in jumped[1:]])
    busy = [call.invited_at for call in ordeal.calls() if call.invited_at >= first]
    stall = looks.longest_silence(ordeal.calls(), first, max(busy, default=first))
    scene.figures |= {"jumps": len(JUMPS), "days": sorted(ordeal.days), "longest_stall": stall}
    scene.faults["stalled"] = (f"no call for {stall:.1f} s",) if stall > 5.0 else ()
    return scene


def _rate(ordeal: Ordeal, seconds: float) -> float:
    now = time.time()
    return sum(call.invited_at > now - seconds for call in ordeal.calls()) / seconds


def _first_call(ordeal: Ordeal, instant: float) -> float:
    """Wait for the first call after an instant, and give when it came."""

    def after() -> list[float]:
        return [call.invited_at for call in ordeal.calls() if call.invited_at > instant]

    ordeal.wait(lambda: bool(after()), BACK_SECONDS, "calls again")
    return min(after())


def _kill_asterisk(ordeal: Ordeal) -> None:
    program = _dialer(ordeal)
    pid = programs.pid_of(program)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    ordeal.wait(lambda: programs.pid_of(program) is None, 10, "Asterisk's death")


def _start_asterisk(ordeal: Ordeal) -> float:
    program = _dialer(ordeal)
    programs.start(program)
    ordeal.wait(lambda: _is_booted(ordeal), 60, "Asterisk's start")
    return time.time()


def _is_booted(ordeal: Ordeal) -> bool:
    try:
        with ordeal.lab.witness() as witness:
            witness.wait_for("FullyBooted")
    except OSError:
        return False
    return True


def _hang_up_orphans(ordeal: Ordeal) -> None:
    """End the carrier's half of calls whose other half died: it would wait for five minutes."""
    with ordeal.lab.witness(Side.CARRIER) as witness:
        witness.action("Hangup", ("Channel", "/^PJSIP.*/"), ("Cause", "27"))
    ordeal.wait(lambda: all(call.ended_at for call in ordeal.calls()), 20, "the orphans' ends")


def _dialer(ordeal: Ordeal) -> programs.Program:
    return next(program for program in ordeal.lab.programs() if program.name == Side.DIALER)
