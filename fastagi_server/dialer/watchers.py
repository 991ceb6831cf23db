"""Who is told every fact of every call; one that breaks keeps no call open, and the others are told."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastagi_server.dialer.ports import Watcher
from fastagi_server.telephony import facts
from fastagi_server.telephony.record import Record

_log = logging.getLogger("discador")


class Watchers:
    """Those of one engine, told in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Watcher] = []
        self._broken: set[tuple[int, type[Exception]]] = set()

    def __len__(self) -> int:
        return len(self._all)

    def add(self, watcher: Watcher) -> Callable[[], None]:
        """Tell the watcher every fact from now on; call the answer to stop."""
        self._all.append(watcher)
        return lambda: self._all.remove(watcher)

    def tell(self, record: Record, fact: facts.Fact) -> None:
        """Tell a fact and the call after it; what a watcher raises is logged once of its kind."""
        for watcher in tuple(self._all):
            try:
                watcher(record, fact)
            except Exception as error:  # noqa: BLE001 - whatever it is, the call goes on
                kind = (id(watcher), type(error))
                if kind not in self._broken:
                    self._broken.add(kind)
                    _log.exception("a watcher of calls breaks at %s of %s", type(fact).__name__, fact.call)
