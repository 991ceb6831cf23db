"""AMI as bytes on their way: cut into messages, and what a bad wire does to a run of them. No socket here."""

from __future__ import annotations

import random
from collections.abc import Sequence

END = b"\r\n\r\n"
_LINE = b"\r\n"


class Frames:
    """Cuts a stream into whole messages, each with its end; Asterisk's first line is a message of its own."""

    def __init__(self, *, banner: bool) -> None:
        self._kept = b""
        self._banner = banner

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, give the messages that are whole by now."""
        self._kept += data
        whole = []
        if self._banner and _LINE in self._kept:
            line, _, self._kept = self._kept.partition(_LINE)
            whole.append(line + _LINE)
            self._banner = False
        while not self._banner and END in self._kept:
            message, _, self._kept = self._kept.partition(END)
            whole.append(message + END)
        return whole

    @property
    def rest(self) -> bytes:
        """What has come of a message that is not whole."""
        return self._kept


def is_originate(message: bytes) -> bool:
    """Say whether an action sends a call on its way."""
    return message.startswith(b"Action: Originate\r\n")


def is_listed(message: bytes) -> bool:
    """Say whether a message is of an answer that is a list: no Asterisk tells the end before an entry."""
    return b"\r\nActionID:" in message or b"EventList:" in message


def reordered(messages: Sequence[bytes], dice: random.Random) -> list[bytes]:
    """Give a run of messages in another order; those of answers keep theirs among themselves."""
    loose = [not is_listed(message) for message in messages]
    places = list(range(len(messages)))
    dice.shuffle(places)
    # The answers take the places that the shuffle gave to answers, in the order in which they came.
    shuffled = [messages[place] for place in places]
    answers = iter(message for message, free in zip(messages, loose, strict=True) if not free)
    return [next(answers) if is_listed(message) else message for message in shuffled]


def strangers(count: int, dice: random.Random) -> list[bytes]:
    """Give events of calls that are none of ours, as a busy switchboard tells them."""
    return [_stranger(n, dice) for n in range(count)]


def _stranger(n: int, dice: random.Random) -> bytes:
    uniqueid = f"17000{dice.randint(10000, 99999)}.{n}"
    kind, *more = dice.choice(
        (
            ("Newchannel", "ChannelState: 0", "ChannelStateDesc: Down"),
            ("Newstate", "ChannelState: 6", "ChannelStateDesc: Up"),
            ("VarSet", "Variable: SIPCALLID", f"Value: {n}"),
            ("DTMFEnd", "Digit: 9", "DurationMs: 90", "Direction: Received"),
            ("Hangup", "Cause: 16", "Cause-txt: Normal Clearing"),
            ("RTCPSent", "PT: 200(SR)", f"SentPackets: {n}"),
        )
    )
    lines = (
        f"Event: {kind}",
        "Privilege: call,all",
        f"Channel: PJSIP/other-{n:08x}",
        f"Uniqueid: {uniqueid}",
        f"Linkedid: {uniqueid}",
        *more,
    )
    return "\r\n".join(lines).encode() + END
