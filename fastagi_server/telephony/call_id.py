"""The one identity of a call: ChannelId, Uniqueid, agi_uniqueid, the record's key, the log's call_id.

Its length is fixed because Asterisk refuses a channel id that is a prefix of a living one.
"""

from __future__ import annotations

import re
from typing import NewType

from fastagi_server.telephony.errors import BadInputError

CallId = NewType("CallId", str)

LENGTH = 26
CHANCE_BYTES = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
# Two letters at a time: half the turns.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = tuple(range(120, -1, -10))
_SHAPE = re.compile(rf"[{_ALPHABET}]{{{LENGTH}}}")


def mint(wall: float, chance: bytes) -> CallId:
    """Give a new id: 48 bits of milliseconds, then 80 bits of chance, so that ids sort by time."""
    if len(chance) != CHANCE_BYTES:
        raise BadInputError(field="chance", value=len(chance), expected=f"{CHANCE_BYTES} bytes")
    number = (int(wall * 1000) & (1 << 48) - 1) << 80 | int.from_bytes(chance, "big")
    return CallId("".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS]))


def is_call_id(text: str) -> bool:
    """Say whether the text has the shape of an id of ours: 26 characters of Crockford's base 32."""
    return _SHAPE.fullmatch(text) is not None


def parse(text: str) -> CallId:
    """Take an id from outside; anything of another shape is refused."""
    if not is_call_id(text):
        raise BadInputError(field="call id", value=text, expected=f"{LENGTH} characters of {_ALPHABET}")
    return CallId(text)
