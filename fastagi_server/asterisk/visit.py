"""One short visit to Asterisk's manager: log in, do one piece of work, leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from twisted.internet.endpoints import connectProtocol
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint

from fastagi_server.asterisk.connection import Connection, Credentials, Patience

T = TypeVar("T")


async def visit(
    endpoint: IStreamClientEndpoint,
    *,
    credentials: Credentials,
    patience: Patience,
    alarm: IReactorTime,
    work: Callable[[Connection], Awaitable[T]],
) -> T:
    """Give the work's result; the connection is closed whatever happens."""
    manager = Connection(
        prefix="visit",
        credentials=credentials,
        patience=patience,
        alarm=alarm,
        on_event=lambda event: None,  # noqa: ARG005 - a visitor listens to nobody
    )
    connected = cast("Connection", await connectProtocol(endpoint, manager))  # type: ignore[no-untyped-call]
    try:
        await connected.up
        return await work(connected)
    finally:
        connected.abort("the visit is over")
        await connected.down
