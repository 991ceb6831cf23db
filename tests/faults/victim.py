"""`discador` with its steps named: it kills itself with SIGKILL at the step that its plan names.

It is copied beside a lab and run with the service's own Python in place of the command. The product knows
nothing of it: what it calls is wrapped here, before it is called. The plan lies beside this file (plan.json).
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import steps  # noqa: E402 - it lies beside this file, wherever that was copied to

STORE = "fastagi_server.store"


class Doom:
    """Counts how often the plan's step was come past, and kills when it is time."""

    def __init__(self, plan: dict[str, Any], deaths: Path) -> None:
        self._step = plan.get("step", "")
        self._left = plan.get("nth", 1)
        self._seconds = plan.get("seconds", 0.0)
        self._deaths = deaths
        self._lock = threading.Lock()
        # On the way back nothing has gone out yet; everything else waits for the first call, so that how long
        # that took is known of each death.
        self._armed = self._step in steps.WAY_BACK

    def past(self, step: str) -> None:
        """Take note that a step was come past."""
        if step == steps.ORIGINATED and not self._armed:
            self._armed = True
            if self._seconds:
                threading.Timer(self._seconds, self._die).start()
            return
        if step != self._step or not self._armed:
            return
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self._die()

    def _die(self) -> None:
        told = {"at": time.time(), "pid": os.getpid(), "step": self._step, "seconds": self._seconds}
        note = os.open(self._deaths, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(note, json.dumps(told).encode() + b"\n")
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # the signal is on its way


def name_commits(doom: Doom) -> None:
    """Name what each transaction holds when it is committed."""
    from sqlalchemy.engine.default import DefaultDialect

    held = threading.local()
    for what, functions in steps.COMMITS.items():
        for room, name in functions:
            mark(f"{STORE}.{room}", name, what, held)
    commit, rollback = DefaultDialect.do_commit, DefaultDialect.do_rollback

    def do_commit(self: Any, connection: Any) -> None:
        kinds = tuple(held.__dict__.pop("kinds", ()))
        for what in kinds:
            doom.past(f"before commit {what}")
        commit(self, connection)
        for what in kinds:
            doom.past(f"after commit {what}")

    def do_rollback(self: Any, connection: Any) -> None:
        held.__dict__.pop("kinds", None)
        rollback(self, connection)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    DefaultDialect.do_rollback = do_rollback  # type: ignore[method-assign]


def mark(room: str, name: str, what: str, held: threading.local) -> None:
    """Have a function of the store note in its thread what the open transaction holds from then on."""
    if find_spec(room) is None:
        return
    module = import_module(room)
    real = getattr(module, name, None)
    if real is None:
        return

    @functools.wraps(real)
    def call(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        # What was not begun or not lent wrote nothing; attempts are begun together.
        results = result if isinstance(result, list) else [result]
        if any(type(each).__name__ != "NotBegun" for each in results):
            held.__dict__.setdefault("kinds", {})[what] = True
        return result

    setattr(module, name, call)


def name_writes(doom: Doom) -> None:
    """Name what goes out just before and just after the kernel is given it."""
    from fastagi_server.asterisk.fastagi import Session
    from fastagi_server.asterisk.straight import Straight

    real, say = Straight.write, Session.say

    def write(self: Any, out: bytes) -> None:
        found = [what for what in steps.WRITES if b"Action: %s\r\n" % what.encode() in out]
        for what in found:
            doom.past(f"before write {what}")
        real(self, out)
        for what in found:
            doom.past(f"after write {what}")

    def said(self: Any, out: bytes) -> None:
        doom.past("before write FastAGI")
        say(self, out)
        doom.past("after write FastAGI")

    Straight.write = write  # type: ignore[method-assign]
    Session.say = said  # type: ignore[method-assign]


def name_facts(doom: Doom) -> None:
    """Name each fact of a call that is known, and what Asterisk tells on the way back."""
    from fastagi_server.asterisk.switch import Switch
    from fastagi_server.dialer.engine import Engine

    take = Engine.take

    def taken(self: Any, fact: Any) -> None:
        name = steps.FACTS.get(type(fact).__name__)
        known = name is not None and self.known(fact.call) is not None
        if known:
            doom.past(f"before fact {name}")
        take(self, fact)
        if known:
            doom.past(f"after fact {name}")

    def told(step: str, real: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any) -> Any:
            result = await real(*args)
            doom.past(step)
            return result

        return call

    Engine.take = taken  # type: ignore[method-assign]
    Switch.kept_optouts = told(steps.SWEPT, Switch.kept_optouts)  # type: ignore[method-assign]
    Switch.live_calls = told(steps.ADOPTED, Switch.live_calls)  # type: ignore[method-assign]


def shift_clock(offset: Path) -> None:
    """Have the wall clock jump by the seconds that a file says; the steady one is the kernel's."""
    from fastagi_server.app.clock import RealClock

    def wall(_: RealClock) -> float:
        return time.time() + float(offset.read_text() or 0)

    RealClock.wall = wall  # type: ignore[method-assign]


def keep_tally(tally: Path) -> None:
    """Write down four times a second what was asked of Asterisk and not resolved, and which calls live."""
    from fastagi_server.asterisk.connection import Connection
    from fastagi_server.dialer.engine import Engine

    asked: dict[int, tuple[str, float]] = {}
    counts = {"asked": 0}
    engines: list[Any] = []
    ask, make = Connection.ask, Engine.__init__

    def asking(self: Any, action: Any, **named: Any) -> Any:
        counts["asked"] += 1
        number = counts["asked"]
        asked[number] = (action.action, time.monotonic())

        def resolved(result: Any) -> Any:
            asked.pop(number, None)
            return result

        return ask(self, action, **named).addBoth(resolved)

    def made(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        engines.append(self)

    def write() -> None:
        while True:
            now = time.monotonic()
            waiting = [(name, now - at) for name, at in tuple(asked.values())]
            live = [
                call for engine in engines for call in tuple(engine._calls) if call not in engine._placing
            ]
            told = {"at": time.time(), **counts, "waiting": waiting, "live": live}
            new = tally.with_suffix(".new")
            new.write_text(json.dumps(told))
            new.replace(tally)
            time.sleep(0.25)

    Connection.ask = asking  # type: ignore[method-assign]
    Engine.__init__ = made  # type: ignore[method-assign]
    threading.Thread(target=write, daemon=True).start()


def main() -> None:
    """Be `discador`; only what serves is a victim."""
    if "serve" in sys.argv:
        plan = json.loads((HERE / "plan.json").read_text())
        doom = Doom(plan, Path(plan["deaths"]))
        name_commits(doom)
        name_writes(doom)
        name_facts(doom)
        if plan.get("clock"):
            shift_clock(Path(plan["clock"]))
        if plan.get("tally"):
            keep_tally(Path(plan["tally"]))
    from fastagi_server.__main__ import main as discador

    discador()


if __name__ == "__main__":
    main()
