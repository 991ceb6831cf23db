"""The console's actions, with the real reactor under them."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, DNSLookupError

from fastagi_server.ami import actions
from fastagi_server.app.clock import RealClock
from fastagi_server.app.house import House
from fastagi_server.app.run import run, serve
from fastagi_server.asterisk import apply as dialplan_apply
from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.endpoint import manager_endpoint
from fastagi_server.asterisk.errors import NoLinkError
from fastagi_server.asterisk.visit import visit
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.console.session import dialplan_settings
from fastagi_server.desk.client import ask
from fastagi_server.dialplan import check as dialplan_check
from fastagi_server.dialplan.compare import differences
from fastagi_server.dialplan.read import read
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError

T = TypeVar("T")


class RealActions:
    """What the commands do for real."""

    def serve(self, settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
        """Serve until told to stop."""
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
        logging.basicConfig(level=logging.ERROR, stream=sys.stderr)

        async def main(reactor: Any) -> None:
            house = House(
                settings=settings, countries=countries, reactor=reactor, clock=RealClock(), dice=os.urandom
            )
            over: Deferred[None] = Deferred()

            def told(frame: frames.Frame) -> None:
                if tell(frame) and not over.called:
                    over.callback(None)

            house.start(desk=False, any_port=True)
            try:
                await house.when_linked().addTimeout(settings.asterisk.connect_seconds, reactor)
                house.orders(dial, told)
                await over
            finally:
                await house.stop()

        run(main)

    def apply(self, settings: Settings, text: str) -> int:
        """Put a dialplan in force."""
        return self._visit(
            settings, lambda manager: dialplan_apply.apply(text, settings.dialplan.path, manager.ask)
        )

    def check(self, settings: Settings, countries: Sequence[Country], text: str) -> list[Finding]:
        """Look at what only a connection can tell."""
        rendered = dialplan_check.problems(text, countries, dialplan_settings(settings))
        return [
            Finding(key="rendered", good=not rendered, says={"problems": "; ".join(rendered) or "-"}),
            _fastagi(settings),
            *self._asterisk(settings, text),
        ]

    def _asterisk(self, settings: Settings, text: str) -> list[Finding]:
        where = f"{settings.asterisk.host}:{settings.asterisk.port}"
        want = read(text)

        async def look(manager: Connection) -> tuple[list[str], list[str]]:
            found = differences(want, await dialplan_apply.listed(want, manager.ask))
            return found, await _missing_rights(manager)

        try:
            found, missing = self._visit(settings, look)
        except DiscadorError as error:
            says = {"where": where, "why": error.sentence()}
            return [Finding(key="asterisk", good=False, says=says)]
        return [
            Finding(key="asterisk", good=True, says={"where": where, "why": ""}),
            Finding(key="dialplan", good=not found, says={"problems": "; ".join(found[:3]) or "-"}),
            Finding(key="rights", good=not missing, says={"missing": ", ".join(missing) or "-"}),
        ]

    def _visit(self, settings: Settings, work: Callable[[Connection], Awaitable[T]]) -> T:
        asterisk = settings.asterisk

        async def main(reactor: Any) -> T:
            endpoint = manager_endpoint(
                reactor,
                host=asterisk.host,
                port=asterisk.port,
                tls=asterisk.tls,
                ca_file=asterisk.ca_file,
                seconds=asterisk.connect_seconds,
            )
            try:
                return await visit(
                    endpoint,
                    credentials=Credentials(username=asterisk.username, secret=lambda: asterisk.secret),
                    patience=Patience(action=asterisk.action_seconds),
                    alarm=reactor,
                    work=work,
                )
            except (ConnectError, DNSLookupError) as error:
                where = f"{asterisk.host}:{asterisk.port}"
                raise NoLinkError(where=where, action=f"the login ({error})") from error

        return run(main)


async def _missing_rights(manager: Connection) -> list[str]:
    """Name the actions of ours that Asterisk refuses this user."""
    answered = await manager.ask(actions.ListCommands())
    allowed = {name for name, _ in answered.response.headers.pairs}
    needed = ("Originate", "Hangup", "Reload", "ShowDialPlan", "DBGetTree", "DBDel", "CoreShowChannels")
    return [name for name in needed if name not in allowed]


def _fastagi(settings: Settings) -> Finding:
    """Say whether the FastAGI port is free, or held by the Discador at our own desk."""
    uri = settings.fastagi.uri
    family = socket.AF_INET6 if ":" in settings.fastagi.host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.fastagi.host, settings.fastagi.port))
        except OSError:
            return Finding(key="fastagi", good=_serves(settings, uri), says={"uri": uri})
    return Finding(key="fastagi", good=True, says={"uri": uri})


def _serves(settings: Settings, uri: str) -> bool:
    try:
        standing = next(ask(settings.desk, frames.Ask(), patience=2.0))
    except DiscadorError:
        return False
    return isinstance(standing, frames.Standing) and urlsplit(standing.fastagi).port == urlsplit(uri).port


def listen_to_logs(settings: Settings) -> None:
    """Log to standard error, a line each, the time first."""
    logging.basicConfig(
        level=str(settings.log_level), stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
