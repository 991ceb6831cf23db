"""Asks each Asterisk for its machine's load average, where somebody wants to heed it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from functools import partial

from fastagi_server.ami import actions
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.trunk import Ask
from fastagi_server.dialer.ports import Spawn
from fastagi_server.telephony.errors import DiscadorError

# Asked at each so many ticks, of which there is one a second.
TICKS = 5
LOADAVG = "SYSINFO(loadavg)"
_log = logging.getLogger("discador")


class Loads:
    """The machines of all of one engine's Asterisks; `told` is given the load of the most loaded.

    A trunk has one pace, and its calls go through all of them: the weakest says how many there may be.
    """

    def __init__(
        self, *, asks: Mapping[str, Ask], told: Callable[[float | None], None], wanted: bool, spawn: Spawn
    ) -> None:
        self._told = told
        self._known: dict[str, float] = {}
        self._loads = [
            Load(name=name, ask=ask, told=partial(self._take, name), wanted=wanted, spawn=spawn)
            for name, ask in asks.items()
        ]

    def tick(self) -> None:
        """Ask now and then."""
        for each in self._loads:
            each.tick()

    def _take(self, name: str, load: float | None) -> None:
        self._known.pop(name, None)
        if load is not None:
            self._known[name] = load
        self._told(max(self._known.values(), default=None))


class Load:
    """The load of one Asterisk's machine; `told` is given it, None where it is not known."""

    def __init__(
        self, *, name: str, ask: Ask, told: Callable[[float | None], None], wanted: bool, spawn: Spawn
    ) -> None:
        self._name = name
        self._ask = ask
        self._told = told
        self._wanted = wanted
        self._spawn = spawn
        self._ticks = 0
        self._asking = False

    def tick(self) -> None:
        """Ask now and then; one answer is waited for before the next question."""
        self._ticks += 1
        if self._wanted and not self._asking and self._ticks % TICKS == 0:
            self._asking = True
            self._spawn(self._look())

    async def _look(self) -> None:
        """Ask once; where Asterisk refuses, or has no func_sysinfo, that is said and never asked again."""
        try:
            await self._asked()
        except DiscadorError:
            self._told(None)  # there is no link just now, and no call goes there
        finally:
            self._asking = False

    async def _asked(self) -> None:
        try:
            answered = await self._ask(actions.Getvar(variable=LOADAVG))
            load = read_load(answered.response.headers.get("Value"))
        except RefusedError:
            load = None
        if load is None:
            self._wanted = False
            _log.warning(
                "pacing.asterisk_load is not heeded: Asterisk %s does not tell %s", self._name, LOADAVG
            )
        self._told(load)


def read_load(text: str) -> float | None:
    """Take what SYSINFO(loadavg) says, for example 0.42; what is no load is None."""
    try:
        load = float(text)
    except ValueError:
        return None
    return load if math.isfinite(load) and load >= 0 else None
