"""What Asterisk answers, read from one whole reply. This file does not know who asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastagi_server.agi.errors import RemoteError

OK = 200
DEAD = 511

_shape = re.compile(r"([0-9]{3})[ -](.*)", re.DOTALL).fullmatch
_result = re.compile(
    r"result=([^ ]*)(?: \((.*)\))?(?: endpos=([0-9]{1,18})(?![0-9]))?.*", re.DOTALL
).fullmatch


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer.

    `result` is the word after `result=` ("" where there is none), `data` what stood in the parentheses
    (None where there were none), `text` everything after the code, a usage block with all its lines.
    """

    code: int
    result: str = ""
    data: str | None = None
    endpos: int | None = None
    text: str = ""


# Most commands are answered with one of these, so they are not read anew each time.
_COMMON = {
    b"200 result=%s" % word: Reply(code=OK, result=word.decode(), text=f"result={word.decode()}")
    for word in (b"0", b"1", b"-1")
}


def parse_reply(block: bytes) -> Reply:
    """Read a reply without its last newline; bytes that are not UTF-8 become backslash escapes."""
    common = _COMMON.get(block)
    if common is not None:
        return common
    text = block.decode("utf-8", "backslashreplace")
    if text.startswith("200 result=1 (") and text.endswith(")"):
        return Reply(code=OK, result="1", data=text[14:-1], text=text[4:])
    if not (shape := _shape(text)):
        raise RemoteError(why="a reply begins with three digits", line=block)
    code, rest = int(shape[1]), shape[2]
    if not (found := _result(rest)):
        return Reply(code=code, text=rest)
    endpos = None if found[3] is None else int(found[3])
    return Reply(code=code, result=found[1], data=found[2], endpos=endpos, text=rest)
