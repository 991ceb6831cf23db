"""Asterisk's own configuration, read by Asterisk itself over the manager: our user may not open its files.

The right `system` is enough for it. Nothing of a section is kept but what was asked for: manager.conf holds
secrets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastagi_server.ami import actions
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import RefusedError

Ask = Callable[[Action], Awaitable[Answered]]
_NO_FILE = "Config file not found"


async def section(ask: Ask, filename: str, category: str) -> dict[str, str] | None:
    """Give the settings of one section; None where the file or the section is not there."""
    try:
        answered = await ask(actions.GetConfig(filename=filename, category=category))
    except RefusedError as error:
        if error.details["why"] == _NO_FILE:
            return None
        raise
    pairs = answered.response.headers.pairs
    if not any(name.startswith("Category-") for name, _ in pairs):
        return None
    lines = (value.partition("=") for name, value in pairs if name.startswith("Line-"))
    return {name.strip(): value.strip() for name, _, value in lines}


async def there(ask: Ask, filename: str) -> bool:
    """Say whether Asterisk finds a file in its configuration folder; one that it may not show is there."""
    try:
        await ask(actions.GetConfig(filename=filename, category="general"))
    except RefusedError as error:
        return bool(error.details["why"] != _NO_FILE)
    return True


def number(settings: dict[str, str], name: str, usual: int) -> int:
    """Give a setting that is a whole number, or what Asterisk takes without it."""
    value = settings.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else usual
