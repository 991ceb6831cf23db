"""What the carrier wrote of every call, read back: the truth by which Discador's records are judged.

This file reads text. A line that is not whole yet (the carrier is writing it) is left for the next reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CAME_WITH = ("number", "call", "callerid")


@dataclass(frozen=True, kw_only=True)
class KeyPressed:
    """A key that the callee pressed, and when it began to."""

    digit: str
    at: float


@dataclass(frozen=True, kw_only=True)
class CarrierCall:
    """One call as the carrier lived it; `call` is X-Discador-Call, empty where the header was missing.

    `by` says who ended it, callee or dialer; None of what has not happened. A rejected call is sent
    on to SIPp, whose own list is read by read_rejects.
    """

    id: str
    call: str
    number: str
    callerid: str
    invited_at: float
    answered_at: float | None = None
    pressed: tuple[KeyPressed, ...] = ()
    ended_at: float | None = None
    outcome: str | None = None
    by: str | None = None
    cause: int | None = None


@dataclass(frozen=True, kw_only=True)
class RejectedCall:
    """One call that SIPp refused with words of its own."""

    call: str
    number: str
    at: float


def read_calls(path: Path) -> list[CarrierCall]:
    """Read every call of a carrier in the order in which the INVITEs came."""
    calls: dict[str, dict[str, Any]] = {}
    for line in lines(path):
        what, key = line.pop("what"), line.pop("id")
        if what == "invited":
            calls[key] = {"id": key, "invited_at": line.pop("at"), **line}
        elif what == "answered":
            calls[key]["answered_at"] = line["at"]
        elif what == "pressed":
            pressed = KeyPressed(digit=line["digit"], at=line["at"])
            calls[key]["pressed"] = (*calls[key].get("pressed", ()), pressed)
        else:
            calls[key] |= {"ended_at": line.pop("at"), **line}
    return [CarrierCall(**call) for call in calls.values()]


def invited_after(path: Path, offset: int) -> list[CarrierCall]:
    """Read the calls whose INVITE stands behind an offset of the file, as they came, whatever befell them.

    For whoever waits for the next call and must not read the whole file again and again.
    """
    return [
        CarrierCall(id=line["id"], invited_at=line["at"], **{name: line[name] for name in _CAME_WITH})
        for line in lines(path, offset)
        if line["what"] == "invited"
    ]


def callees(calls: Iterable[CarrierCall]) -> list[CarrierCall]:
    """Leave the agent's calls out: what remains was placed by the dialer to a number."""
    return [call for call in calls if call.number != "agent"]


def read_rejects(path: Path) -> list[RejectedCall]:
    """Read every call that SIPp refused."""
    return [
        RejectedCall(call=line["call"], number=line["number"], at=sipp_instant(line["at"]))
        for line in lines(path)
    ]


def sipp_instant(told: str) -> float:
    """Give the Unix seconds of an instant as SIPp tells it: date, time and Unix seconds."""
    return float(told.rsplit(maxsplit=1)[-1])


def lines(path: Path, offset: int = 0) -> Iterator[dict[str, Any]]:
    """Read a file of JSON lines from an offset on; a line that is not whole yet is left out."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        if offset:
            # From the byte before: what stands there ends a line, or the rest of that line is left out.
            file.seek(offset - 1)
            file.readline()
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line, strict=False)  # SIPp writes tabs into its instants
