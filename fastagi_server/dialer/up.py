"""How many calls are up over each trunk, counted as they leave and end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Record


class Up:
    """The calls of one engine that have left and not ended.

    `routes` says of a trunk by which routes it is used: of a call of a run before ours the store knows the
    route and not the trunk, so it has a channel of each.
    """

    def __init__(self) -> None:
        self.routes: Mapping[str, Sequence[str]] = {}
        self._trunks: dict[CallId, str] = {}
        self._count: Counter[str] = Counter()

    def left(self, record: Record) -> None:
        """Count a call that is up from now on."""
        if record.call not in self._trunks:
            self._trunks[record.call] = record.trunk
            self._count[record.trunk] += 1

    def ended(self, call: CallId) -> None:
        """Count a call no more; one that never left was not counted."""
        trunk = self._trunks.pop(call, None)
        if trunk is not None:
            self._count[trunk] -= 1

    def over(self, trunk: str) -> int:
        """Count the calls that are, or may be, over a trunk."""
        return self._count[trunk] + sum(self._count[each] for each in self.routes.get(trunk, ()))
