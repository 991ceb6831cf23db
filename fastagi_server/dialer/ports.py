"""What the engine needs of its neighbours; app gives it the real ones, tests give it doubles.

A port's promise is an awaitable; this room does not know which kind, only the roof drives them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, Protocol

from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.facts import Fact
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin, Kept, OptOut, Record


class Switch(Protocol):
    """One Asterisk, as the engine sees it."""

    def originate(self, order: PlaceCall) -> Awaitable[None]:
        """Write the Originate; what becomes of it comes up as facts. Never written a second time."""
        ...

    def hangup(self, call: CallId) -> Awaitable[None]:
        """End a call, ringing ones too; a call that is gone already is no error."""
        ...

    def live_calls(self) -> Awaitable[frozenset[CallId]]:
        """Give the calls of ours that Asterisk has."""
        ...

    def kept_optouts(self) -> Awaitable[Sequence[Kept]]:
        """Give the opt-outs kept in AstDB."""
        ...

    def forget_optout(self, kept: Kept) -> Awaitable[None]:
        """Delete a kept opt-out, once it is durable with us."""
        ...


class Ledger(Protocol):
    """The store, as the engine sees it: every promise is kept only once it is durable."""

    def begin(self, begin: Begin) -> Awaitable[None]:
        """Open the record, before the Originate may leave."""
        ...

    def keep(self, record: Record) -> Awaitable[None]:
        """Write the record as it stands now."""
        ...

    def opt_out(self, entry: OptOut) -> Awaitable[bool]:
        """Put a number on the list; True when it was not there."""
        ...

    def is_opted_out(self, number: str) -> Awaitable[bool]:
        """Say whether the number is on the list."""
        ...

    def find(self, call: CallId) -> Awaitable[Record | None]:
        """Give the record of a call, or None."""
        ...

    def open_calls(self) -> Awaitable[Sequence[Record]]:
        """Give the calls that have no end yet."""
        ...


class Watcher(Protocol):
    """Whoever wants to know: the desk, metrics, the log."""

    def __call__(self, record: Record, fact: Fact) -> None:
        """Take the record after the fact."""
        ...


class Spawn(Protocol):
    """Runs a coroutine to its end; its failure goes to the log, never to nobody."""

    def __call__(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start the work."""
        ...
