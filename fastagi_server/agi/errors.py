"""What can go wrong in an AGI conversation, by whose fault it is: ours (local) or Asterisk's end (remote)."""

from __future__ import annotations

from fastagi_server.telephony.errors import BadInputError, DiscadorError


class AgiError(DiscadorError):
    """The AGI conversation went wrong."""


class LocalError(AgiError):
    """We asked for something that AGI does not allow."""


class RemoteError(AgiError):
    """The other end does not speak AGI: {why}, at {line!r}."""

    def __init__(self, *, why: str, line: bytes = b"") -> None:
        super().__init__(why=why, line=line[:80])


class OutOfTurn(AgiError):  # noqa: N818 - the design's word for it
    """Somebody spoke out of turn."""


class WeSpokeOutOfTurnError(LocalError, OutOfTurn):
    """We must not send {command} now: {why}."""

    def __init__(self, *, command: str, why: str) -> None:
        super().__init__(command=command, why=why)


class TheySpokeOutOfTurnError(RemoteError, OutOfTurn):
    """Asterisk's end spoke though nothing was asked: {why}, at {line!r}."""


class BadArgumentError(LocalError, BadInputError):
    """{field} is {value!r}; it should be {expected}."""


class Gone(AgiError):  # noqa: N818 - what happened to the session, as a script sees it
    """The AGI session is gone: Asterisk closed it, or the line broke."""


class RefusedError(AgiError):
    """Asterisk refused {command}: {status} {text}."""

    def __init__(self, *, command: str, status: int, text: str) -> None:
        self.status = status
        super().__init__(command=command, status=status, text=text)


class DeadChannelError(RefusedError):
    """Asterisk refused {command} because the caller has hung up: {status} {text}."""
