"""What the judge does not look at: silences at the carrier, and our live calls beside Asterisk's."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.lab import Lab
from fastagi_server.telephony.call_id import is_call_id

Windows = Sequence[tuple[float, float]]
# A call that differs for so many looks in a row is no news under way.
LOOKS, BETWEEN = 4, 0.5


def longest_silence(calls: Sequence[CarrierCall], begin: float, end: float, unusable: Windows = ()) -> float:
    """Give the longest time without a new call, not counting when none could be ordered."""
    instants = sorted(call.invited_at for call in calls if begin <= call.invited_at <= end)
    edges = [begin, *instants, end]
    return max(
        later - earlier - _overlap(earlier, later, unusable) for earlier, later in itertools.pairwise(edges)
    )


def _overlap(begin: float, end: float, windows: Windows) -> float:
    """Give how much of a time lies in windows, which may overlap each other."""
    covered, reached = 0.0, begin
    for first, last in sorted(windows):
        covered += max(0.0, min(end, last) - max(reached, first))
        reached = max(reached, min(end, last))
    return covered


def living(lab: Lab) -> frozenset[str]:
    """Give our calls among Asterisk's channels, asked over a connection of nobody else's."""
    with lab.witness() as witness:
        witness.action("CoreShowChannels")
        told = witness.until(lambda message: message.get("Event") == "CoreShowChannelsComplete")
    return frozenset(
        message["Uniqueid"]
        for message in told
        if message.get("Event") == "CoreShowChannel" and is_call_id(message.get("Uniqueid", ""))
    )


def drift(ours: Callable[[], Any], theirs: Callable[[], frozenset[str]]) -> frozenset[str]:
    """Give the calls that one of the two knows and the other does not, look after look."""
    differ: frozenset[str] | None = None
    for _ in range(LOOKS):
        now = frozenset(ours()) ^ theirs()
        differ = now if differ is None else differ & now
        if not differ:
            break
        time.sleep(BETWEEN)
    return differ or frozenset()
