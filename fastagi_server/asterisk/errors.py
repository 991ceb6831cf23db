"""What can go wrong between us and an Asterisk."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class NoLinkError(DiscadorError):
    """There is no link to Asterisk at {where}; {action} was not sent."""

    def __init__(self, *, where: str, action: str) -> None:
        super().__init__(where=where, action=action)


class OutcomeUnknownError(DiscadorError):
    """What became of {action} cannot be known: {why}. It is never sent again."""

    def __init__(self, *, action: str, why: str) -> None:
        super().__init__(action=action, why=why)


class BrokenListError(DiscadorError):
    """Asterisk's list for {action} is not whole: {why}."""

    def __init__(self, *, action: str, why: str) -> None:
        super().__init__(action=action, why=why)


class RefusedError(DiscadorError):
    """Asterisk refused {action}: {why}."""

    def __init__(self, *, action: str, why: str) -> None:
        super().__init__(action=action, why=why)
