"""Asks each Asterisk for its machine's load average, where somebody wants to heed it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Mapping

from fastagi_server.ami import actions
from fastagi_server.asterisk.errors import NoLinkError, RefusedError
from fastagi_server.asterisk.trunk import Ask
from fastagi_server.dialer.ports import Spawn
from fastagi_server.telephony.errors import DiscadorError

# Asked at each so many ticks, of which there is one a second.
TICKS = 5
LOADAVG = "SYSINFO(loadavg)"
_log = logging.getLogger("discador")


class Loads:
    """The machines of one engine's Asterisks; `told` is given the load of the most loaded, None for unknown.

    A trunk has one pace, and its calls go through all of them: the weakest says how many there may be.
    `working` gives those that take calls; what the others do besides slows nobody down.
    """

    def __init__(
        self,
        *,
        asks: Mapping[str, Ask],
        working: Callable[[], Collection[str]],
        told: Callable[[float | None], None],
        wanted: bool,
        spawn: Spawn,
    ) -> None:
        self._asks = asks
        self._working = working
        self._told = told
        self._wanted = wanted
        self._spawn = spawn
        self._ticks = 0
        self._known: dict[str, float] = {}
        self._asking: set[str] = set()
        self._silent: set[str] = set()

    def tick(self) -> None:
        """Ask now and then; one answer of each is waited for before the next question."""
        self._ticks += 1
        if not self._wanted or self._ticks % TICKS:
            return
        working = self._working()
        self._known = {name: load for name, load in self._known.items() if name in working}
        self._tell()
        for name in working:
            if name not in self._asking:
                self._asking.add(name)
                self._spawn(self._look(name))

    async def _look(self, name: str) -> None:
        try:
            load = await self._asked(name)
        except NoLinkError:
            load = None
        except DiscadorError:
            return  # it is slow to answer, which is no sign that it has less to do
        finally:
            self._asking.discard(name)
        self._known.pop(name, None)
        if load is not None:
            self._known[name] = load
        self._tell()

    async def _asked(self, name: str) -> float | None:
        """Ask once; where it refuses, or has no func_sysinfo, that is said once."""
        try:
            answered = await self._asks[name](actions.Getvar(variable=LOADAVG))
            load = read_load(answered.response.headers.get("Value"))
        except RefusedError:
            load = None
        if load is not None:
            self._silent.discard(name)
        elif name not in self._silent:
            self._silent.add(name)
            _log.warning("pacing.asterisk_load is not heeded: %s does not tell %s", name, LOADAVG)
        return load

    def _tell(self) -> None:
        self._told(max(self._known.values(), default=None))


def read_load(text: str) -> float | None:
    """Take what SYSINFO(loadavg) says, for example 0.42; what is no load is None."""
    try:
        load = float(text)
    except ValueError:
        return None
    return load if math.isfinite(load) and load >= 0 else None
