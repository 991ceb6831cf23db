"""What the store may refuse, in words that people see and in types that the floors above can catch.

This file does not know SQLAlchemy: nobody above may need it to catch what the store says.
"""

from __future__ import annotations

from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.errors import DiscadorError


class CannotOpenError(DiscadorError):
    """The database {url} cannot be opened: {why}; {remedy}."""

    def __init__(self, *, url: str, why: str, remedy: str) -> None:
        super().__init__(url=url, why=why, remedy=remedy)


class SchemaBehindError(DiscadorError):
    """The database {url} has schema {found} and this program needs {needed}; {remedy}."""

    def __init__(self, *, url: str, found: str | None, needed: str, remedy: str) -> None:
        super().__init__(url=url, found=found or "none", needed=needed, remedy=remedy)


class AlreadyBegunError(DiscadorError):
    """The call {call} is in the store already; a call id is used once."""

    def __init__(self, *, call: CallId) -> None:
        super().__init__(call=call)


class UnknownCallError(DiscadorError):
    """The store has no call {call}; begin it before anything else is told of it."""

    def __init__(self, *, call: CallId) -> None:
        super().__init__(call=call)


class CampaignExistsError(DiscadorError):
    """There is a campaign {name!r} already; give this one another name."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class NameIsUsedError(DiscadorError):
    """Calls are kept under the campaign name {name!r}; give this one another, or their reports mix."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class CampaignIsUpError(DiscadorError):
    """Campaign {name!r} is running, or calls of it are up; stop it first, and wait for its last call."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class UnknownCampaignError(DiscadorError):
    """The store has no campaign {name!r}; discador campaign list prints those that there are."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class NotDurableError(DiscadorError):
    """The store could not promise the work, so take it as not done: {why}.

    It may be found done after all: a disk can fail between keeping a commit and saying so.
    """

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)


class NotReadableError(DiscadorError):
    """The store could not be read: {why}."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)


class StoreBusyError(DiscadorError):
    """The store has {limit} pieces of work waiting and takes no more for now."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class StoreClosedError(DiscadorError):
    """The store takes no more work: {why}."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)
