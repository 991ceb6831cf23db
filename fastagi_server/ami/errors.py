"""What can go wrong on the manager link. This file does not know sockets."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class RemoteError(DiscadorError):
    """Asterisk's manager interface broke its own rules: {why}."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)


class LinkLostError(DiscadorError):
    """The manager link {prefix!r} is lost and stays lost; a new link takes a new exchange."""

    def __init__(self, *, prefix: str) -> None:
        super().__init__(prefix=prefix)


class LoginRefusedError(DiscadorError):
    """Asterisk refused the manager login of {username!r}: {why}."""

    def __init__(self, *, username: str, why: str) -> None:
        super().__init__(username=username, why=why)
