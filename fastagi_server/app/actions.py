"""The console's actions, with the real reactor under them."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, TimeoutError  # noqa: A004 - Twisted's, from addTimeout
from twisted.internet.threads import deferToThreadPool
from twisted.logger import STDLibLogObserver, globalLogBeginner

from fastagi_server.app import reach
from fastagi_server.app.checks.machine import take_open_files
from fastagi_server.app.clock import RealClock
from fastagi_server.app.errors import NoAsteriskError
from fastagi_server.app.house import House
from fastagi_server.app.lines import FORMAT, OneLine, only_what_is_said
from fastagi_server.app.run import make_house, run, serve
from fastagi_server.asterisk import apply as dialplan_apply
from fastagi_server.asterisk.connection import Connection
from fastagi_server.asterisk.place import Folder, Hooked, Place
from fastagi_server.asterisk.turn import Turn
from fastagi_server.config.dialplan import Dialplan
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Applied, Finding
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country


class RealActions:
    """What the commands do for real."""

    def serve(self, settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
        """Serve until told to stop."""
        take_open_files()
        listen_to_logs(settings)
        serve(settings, countries, ready)

    def call(
        self,
        settings: Settings,
        countries: Sequence[Country],
        dial: frames.Dial,
        tell: Callable[[frames.Frame], bool],
    ) -> None:
        """Be a whole house for one call."""
        logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")

        async def main(reactor: Any) -> None:
            await reach.knock(reactor, settings.asterisk)
            house = make_house(settings, countries, reactor)
            over: Deferred[None] = Deferred()

            def told(frame: frames.Frame) -> None:
                if over.called:
                    return
                try:
                    if tell(frame):
                        over.callback(None)
                except Exception:  # noqa: BLE001 - it is raised where it is waited for, not in the engine
                    over.errback()

            try:
                house.start(desk=False, any_port=True)
                await linked(house, settings, reactor)
                house.orders(dial, told)
                await over
            finally:
                await house.stop()

        run(main)

    def apply(self, settings: Settings, text: str, *, dry_run: bool) -> Applied:
        """Put a dialplan in force, or only look what that would change."""
        now, name = RealClock().wall(), settings.dialplan.name

        async def main(reactor: Any) -> dialplan_apply.Plan:
            place = _place(settings.dialplan, reactor)

            async def work(manager: Connection) -> dialplan_apply.Plan:
                if dry_run:
                    return await dialplan_apply.look(text, manager.ask, now)
                turn = Turn(ask=manager.ask, who=_who(), alarm=reactor)
                return await turn.with_it(
                    lambda: dialplan_apply.apply(text, place, manager.ask, name=name, now=now)
                )

            return await reach.visited(reactor, settings.asterisk, work)

        plan = run(main)
        return Applied(
            contexts=len(plan.contexts),
            same=plan.same,
            kept=plan.kept,
            dropped=plan.dropped,
            changes=plan.changes,
        )

    def check(self, settings: Settings, countries: Sequence[Country], text: str) -> list[Finding]:
        """Look at everything that could keep calls from going well."""
        from fastagi_server.app.checks import whole as checks  # noqa: PLC0415 - a service starts without them

        return checks.check(settings, countries, text, clock=RealClock())


def _who() -> str:
    """Name this process among those of all machines; an operator reads where it runs."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"


def _place(dialplan: Dialplan, reactor: Any) -> Place:
    """Give the folder, or the way to the one on another machine."""
    if not dialplan.hook:
        return Folder(path=dialplan.path)

    def in_thread(work: Callable[[], None]) -> Deferred[None]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), work)

    return Hooked(
        path=dialplan.path, command=dialplan.hook, seconds=dialplan.hook_seconds, in_thread=in_thread
    )


async def linked(house: House, settings: Settings, reactor: Any) -> None:
    """Wait for the link as long as one attempt and one answer may take."""
    seconds = settings.asterisk.connect_seconds + settings.asterisk.action_seconds
    try:
        await house.when_linked().addTimeout(seconds, reactor)
    except TimeoutError as error:
        where = reach.where(settings.asterisk)
        raise NoAsteriskError(where=where, why=house.why_not_linked) from error


def listen_to_logs(settings: Settings) -> None:
    """Log to standard error, a line each, the time first; what goes wrong inside Twisted too."""
    told = logging.StreamHandler(sys.stderr)
    told.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=str(settings.log_level), handlers=[told])
    only_what_is_said()
    for chatty in ("twisted", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    globalLogBeginner.beginLoggingTo([STDLibLogObserver()], redirectStandardIO=False)
