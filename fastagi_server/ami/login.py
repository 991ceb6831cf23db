"""How to log in: what to send, and what to send next. This file does not know the link."""

from __future__ import annotations

import hashlib
from collections.abc import Generator

from fastagi_server.ami.action import Action
from fastagi_server.ami.actions import Challenge, Login
from fastagi_server.ami.errors import LoginRefusedError
from fastagi_server.ami.messages import Response


def md5_key(challenge: str, secret: str) -> str:
    """Give the key that answers a challenge; MD5 is Asterisk's choice, not ours."""
    # Whatever bytes the challenge was made of: they are digested as they came.
    said = (challenge + secret).encode("utf-8", "surrogateescape")
    return hashlib.md5(said, usedforsecurity=False).hexdigest()


def login(*, username: str, secret: str, md5: bool = True) -> Generator[Action, Response, None]:
    """Yield what to ask and take its response, until logged in or refused; begin after the banner.

    With `md5` the secret itself never crosses the wire.
    """
    if not md5:
        _accept(username, (yield Login(username=username, secret=secret)))
        return
    response = yield Challenge()
    _accept(username, response)
    challenge = response.headers.get("Challenge")
    if not challenge:
        raise LoginRefusedError(username=username, why="it gave no challenge")
    key = md5_key(challenge, secret)
    _accept(username, (yield Login(username=username, auth_type="MD5", key=key)))


def _accept(username: str, response: Response) -> None:
    if not response.ok:
        raise LoginRefusedError(username=username, why=response.message or response.response)
