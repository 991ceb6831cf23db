"""What Asterisk says first: the `agi_*` lines that tell which call asks which script.

Bytes that are not UTF-8 become backslash escapes. A surrogate would keep the byte but break the first log
line, JSON body or row that the text reaches, far from here; and a caller's name cut in the middle of a
character is for people to read, never for Asterisk to get back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastagi_server.agi.errors import RemoteError

# Asterisk sends 22 lines and one per argument, of which AGI() takes at most 128; a line carries a value
# of the dialplan, and no dialplan line is longer than this.
MAX_LINES = 256
MAX_LINE = 8192
# The names of the 22 lines with their colons, blanks and newlines, and the blank line: no value counted.
SHORTEST = 339


@dataclass(frozen=True, kw_only=True)
class Request:
    """One session's first words, with the names that we use as fields and the rest in `others`.

    `network_script` is the path of the URI without a leading slash, `query` what followed its question mark;
    `others` keeps Asterisk's own names, for example agi_rdnis.
    """

    network_script: str = ""
    query: str = ""
    uniqueid: str = ""
    channel: str = ""
    callerid: str = ""
    dnid: str = ""
    context: str = ""
    extension: str = ""
    language: str = ""
    arguments: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def parse_request(block: bytes) -> Request:
    """Read the lines up to, and without, the blank one."""
    text = block.decode("utf-8", "backslashreplace")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise RemoteError(why=f"more than {MAX_LINES} header lines", line=block)
    if len(block) > MAX_LINE and max(map(len, block.split(b"\n"))) > MAX_LINE:
        raise RemoteError(why=f"a header line of more than {MAX_LINE} bytes", line=block)
    return _build(_plain(text, lines) or _careful(lines))


def _plain(text: str, lines: list[str]) -> dict[str, str] | None:
    """Read what nearly every request is: each line a header, each name once; None when it is not."""
    if not text.startswith("agi_") or text.count("\nagi_") != len(lines) - 1:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon:
            return None
        headers[name] = value
    return headers if len(headers) == len(lines) else None


def _careful(lines: list[str]) -> dict[str, str]:
    """Read what may hold values of several lines, and refuse what is no request."""
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        key, colon, value = line.partition(": ")
        if not colon or key[:4] != "agi_":
            _continue(headers, name, line)
        elif key in headers:
            raise RemoteError(why="a header came twice", line=line.encode())
        else:
            headers[key] = value
            name = key
    return headers


def _continue(headers: dict[str, str], name: str, line: str) -> None:
    """Add a line that is no header to the value above it: a dialplan value may hold newlines.

    What such a value cannot do is to say a header of its own in place of the true one: a name said twice is
    refused.
    """
    if not name:
        raise RemoteError(why="the first line is no agi_ header", line=line.encode())
    headers[name] += "\n" + line


def _build(headers: dict[str, str]) -> Request:
    """Take the known names out of the headers; what is left stays under Asterisk's own names."""
    take = headers.pop
    script, _, query = take("agi_network_script", "").partition("?")
    arguments: list[str] = []
    while (key := f"agi_arg_{len(arguments) + 1}") in headers:
        arguments.append(take(key))
    request = object.__new__(Request)
    # Its own __init__ would set eleven frozen fields one by one through object: a fifth of reading a request.
    request.__dict__.update(
        network_script=script.lstrip("/"),
        query=query,
        uniqueid=take("agi_uniqueid", ""),
        channel=take("agi_channel", ""),
        callerid=take("agi_callerid", ""),
        dnid=take("agi_dnid", ""),
        context=take("agi_context", ""),
        extension=take("agi_extension", ""),
        language=take("agi_language", ""),
        arguments=tuple(arguments),
        others=headers,
    )
    return request
