"""How the configured Asterisk is reached, and a short visit to it whose every failure is told plainly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

from OpenSSL.crypto import Error as NotPemError
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IStreamClientEndpoint

from fastagi_server.ami import actions
from fastagi_server.app.errors import MissingRightsError, NoAsteriskError, UnusableFileError
from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.endpoint import manager_endpoint
from fastagi_server.asterisk.errors import OutcomeUnknownError
from fastagi_server.asterisk.visit import visit
from fastagi_server.config.asterisk import Asterisk

NEEDED = ("Originate", "Hangup", "Reload", "ShowDialPlan", "DBGetTree", "DBDel", "CoreShowChannels")
LOGIN = "the login"
T = TypeVar("T")


def where(asterisk: Asterisk) -> str:
    """Name the place, for example 127.0.0.1:5038."""
    host = f"[{asterisk.host}]" if ":" in asterisk.host else asterisk.host
    return f"{host}:{asterisk.port}"


def endpoint(reactor: Any, asterisk: Asterisk) -> IStreamClientEndpoint:
    """Give the way to the manager."""
    try:
        return manager_endpoint(
            reactor,
            host=asterisk.host,
            port=asterisk.port,
            tls=asterisk.tls,
            ca_file=asterisk.ca_file,
            seconds=asterisk.connect_seconds,
        )
    except (OSError, NotPemError) as error:
        why = getattr(error, "strerror", None) or "it holds no certificate in PEM"
        path = str(asterisk.ca_file)
        raise UnusableFileError(setting="asterisk.ca_file", path=path, why=why) from error


def credentials(asterisk: Asterisk) -> Credentials:
    """Give who we are to Asterisk."""
    return Credentials(username=asterisk.username, secret=lambda: asterisk.secret)


async def visited(reactor: Any, asterisk: Asterisk, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Log in, do one piece of work, leave, and give its result."""
    try:
        return await visit(
            endpoint(reactor, asterisk),
            credentials=credentials(asterisk),
            patience=Patience(action=asterisk.action_seconds),
            alarm=reactor,
            work=work,
        )
    except (ConnectError, DNSLookupError) as error:
        raise NoAsteriskError(where=where(asterisk), why=str(error).rstrip(".")) from error
    except OutcomeUnknownError as error:
        if error.details["action"] != LOGIN:
            raise
        raise NoAsteriskError(where=where(asterisk), why=str(error.details["why"])) from error


async def knock(reactor: Any, asterisk: Asterisk) -> None:
    """Make sure that Asterisk lets us in with all that we need, so that a lasting link may be waited for."""
    missing = await visited(reactor, asterisk, missing_rights)
    if missing:
        raise MissingRightsError(username=asterisk.username, missing=", ".join(missing))


async def missing_rights(manager: Connection) -> list[str]:
    """Name the actions of ours that Asterisk refuses this user."""
    answered = await manager.ask(actions.ListCommands())
    return refused({name for name, _ in answered.response.headers.pairs})


def refused(allowed: Collection[str]) -> list[str]:
    """Name the actions of ours that are not among those that a user may use."""
    return [name for name in NEEDED if name not in allowed]
