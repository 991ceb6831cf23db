"""Header lines for Asterisk's manager. This file does not know which actions exist.

One function decides what may stand in a line, because one line break let through is an action of the
attacker's choice, and one comma let through in a `Variable:` is a variable of his.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastagi_server.telephony.errors import BadInputError

# Asterisk reads into 1024 bytes and throws a line away when all but one are full and no end is in sight:
# a line cut by the network just before its last byte must still fit, so one byte stays free.
MAX_LINE = 1023
MAX_HEADERS = 128

_BREAK = re.compile(r"[\r\n\0]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}(\([A-Za-z0-9_,.:@/*-]{0,200}\))?")
_EATEN = re.compile(r"[,\\\"]")
_BARE = re.compile(r"(?<!\\)(?:\\\\)*([,\"])|(?<!\\)(?:\\\\)*\\$")


@dataclass(frozen=True)
class Escaped:
    r"""A variable's value that the caller has escaped already, for example ctx\,s\,1."""

    text: str

    def __post_init__(self) -> None:
        if _BARE.search(self.text):
            raise BadInputError(
                field="escaped value", value=self.text, expected="every comma and quote behind a backslash"
            )


def line(name: str, value: str, *, field: str, secret: bool = False) -> bytes:
    """Give one header line with its end; what could end it early or overfill it is refused."""
    shown: object = "(a secret)" if secret else value
    if not _NAME.fullmatch(name):
        raise BadInputError(field=f"{field} header name", value=name, expected="letters, digits, - and _")
    if _BREAK.search(value):
        raise BadInputError(field=field, value=shown, expected="text without CR, LF or NUL")
    try:
        # What arrived as bytes that are no UTF-8 goes back as the same bytes: a channel's name, say.
        encoded = f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise BadInputError(field=field, value=shown, expected="text that UTF-8 can carry") from None
    if len(encoded) > MAX_LINE:
        expected = f"at most {MAX_LINE - len(name) - 4} bytes"
        raise BadInputError(field=field, value=shown, expected=expected)
    return encoded


def variable(name: str, value: str | Escaped) -> bytes:
    """Give one `Variable:` line; a bare comma would start another variable and is refused.

    Backslashes and quotes are refused too: Asterisk takes them out and the value would arrive changed.
    """
    if not _VARIABLE.fullmatch(name):
        raise BadInputError(field="variables name", value=name, expected="NAME, or FUNCTION(plain,arguments)")
    if isinstance(value, Escaped):
        return line("Variable", f"{name}={value.text}", field=f"variables {name}")
    if _EATEN.search(value):
        expected = "text without comma, backslash and double quote, or Escaped"
        raise BadInputError(field=f"variables {name}", value=value, expected=expected)
    return line("Variable", f"{name}={value}", field=f"variables {name}")
