"""What somebody must say about himself and his reasons: it is kept, so it cannot be nothing."""

from __future__ import annotations

import click

from fastagi_server.telephony.errors import BadInputError


def said(_: click.Context, option: click.Parameter, words: str) -> str:
    """Take what an option says, without the blanks around it; blanks alone are refused."""
    told = words.strip()
    if not told:
        raise BadInputError(field=option.opts[0], value=words, expected="a word at least; it is kept")
    return told
