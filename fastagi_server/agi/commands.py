"""What we may ask of Asterisk, one frozen dataclass each, and how it is spelled on the wire.

This file does not know what comes back. Every argument is quoted: Asterisk splits at blanks, takes `"` as a
switch and a backslash as "the next one as it is". No command here has more than seven words, far from the
127 that Asterisk holds (a quoted word beyond that writes past its array).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastagi_server.agi.errors import BadArgumentError

# fgets() into a buffer of 2048 on Asterisk 16 (8192 on 22): the newline is among the 2047 that it reads, and
# the rest of a longer line is heard as a command of its own.
MAX_LINE = 2047

_plain = re.compile(r'[^"\\\r\n\0\ud800-\udfff]*').fullmatch
_escape = re.compile(r'(["\\])').sub
_unsayable = re.compile(r"[\r\n\0\ud800-\udfff]").search


def _spell(verb: str, **arguments: str) -> bytes:
    """Give the line: the verb's own words, then each argument in quotes."""
    words = [verb]
    for field, value in arguments.items():
        if _plain(value):
            words.append(f'"{value}"')
        elif _unsayable(value):
            raise BadArgumentError(field=field, value=value, expected="text without CR, LF, NUL or surrogate")
        else:
            words.append('"' + _escape(r"\\\1", value) + '"')
    line = (" ".join(words) + "\n").encode()
    if len(line) > MAX_LINE:
        field, value = max(arguments.items(), key=lambda item: len(item[1]))
        raise BadArgumentError(field=field, value=value, expected=f"short enough for {MAX_LINE} bytes a line")
    return line


@dataclass(frozen=True)
class GetVariable:
    """Ask for a variable or a function's value, for example AMDSTATUS or CALLERID(num)."""

    name: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("GET VARIABLE", name=self.name)


@dataclass(frozen=True)
class GetFullVariable:
    """Ask Asterisk to fill in an expression, for example ${AMDSTATUS}-${AMDCAUSE}."""

    expression: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("GET FULL VARIABLE", expression=self.expression)


@dataclass(frozen=True)
class SetVariable:
    """Set a variable of the channel."""

    name: str
    value: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("SET VARIABLE", name=self.name, value=self.value)


@dataclass(frozen=True)
class Verbose:
    """Say something on Asterisk's console and log."""

    message: str
    level: int = 1

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("VERBOSE", message=self.message, level=str(self.level))


@dataclass(frozen=True)
class Answer:
    """Answer the channel."""

    def line(self) -> bytes:
        """Spell it for the wire."""
        return b"ANSWER\n"


@dataclass(frozen=True)
class Hangup:
    """Hang up the channel."""

    def line(self) -> bytes:
        """Spell it for the wire."""
        return b"HANGUP\n"


@dataclass(frozen=True)
class StreamFile:
    """Play a sound; a digit among `escape_digits` ends it."""

    file: str
    escape_digits: str = ""

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("STREAM FILE", file=self.file, escape_digits=self.escape_digits)


@dataclass(frozen=True)
class WaitForDigit:
    """Wait for one digit; -1 waits for ever."""

    timeout_ms: int

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("WAIT FOR DIGIT", timeout_ms=str(self.timeout_ms))


@dataclass(frozen=True)
class Exec:
    """Run a dialplan application; its options are one text with commas, as in the dialplan."""

    application: str
    options: str = ""

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("EXEC", application=self.application, options=self.options)


@dataclass(frozen=True)
class DatabaseGet:
    """Read a value of AstDB."""

    family: str
    key: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("DATABASE GET", family=self.family, key=self.key)


@dataclass(frozen=True)
class DatabasePut:
    """Write a value to AstDB."""

    family: str
    key: str
    value: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("DATABASE PUT", family=self.family, key=self.key, value=self.value)


@dataclass(frozen=True)
class DatabaseDel:
    """Delete a key of AstDB."""

    family: str
    key: str

    def line(self) -> bytes:
        """Spell it for the wire."""
        return _spell("DATABASE DEL", family=self.family, key=self.key)


@dataclass(frozen=True)
class GoSub:
    """Run a dialplan subroutine and come back at its Return()."""

    context: str
    exten: str
    priority: str
    argument: str = ""

    def line(self) -> bytes:
        """Spell it for the wire; an empty argument is left out, so that the subroutine sees ARGC 0."""
        place = {"context": self.context, "exten": self.exten, "priority": self.priority}
        if self.argument:
            place["argument"] = self.argument
        return _spell("GOSUB", **place)


@dataclass(frozen=True)
class Noop:
    """Ask for nothing but an answer."""

    def line(self) -> bytes:
        """Spell it for the wire."""
        return b"NOOP\n"


Command = (
    GetVariable
    | SetVariable
    | GetFullVariable
    | Verbose
    | Answer
    | Hangup
    | StreamFile
    | WaitForDigit
    | Exec
    | DatabaseGet
    | DatabasePut
    | DatabaseDel
    | GoSub
    | Noop
)
