"""The last look before a call: it answers Yes with nothing, or No with a reason that is kept.

The whole gate is the compliance room's; this part is what holds for every call, whoever orders it.
"""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError

BEGUN_UNSEEN = "the store went away while it was begun"
STORE_AWAY = "the store is away"
NO_LINK = "there is no link to Asterisk"
ALL_DRAINED = "every Asterisk that is there is drained"
DAY_OVER = "the day of its caller ID was over"
ON_THE_LIST = "it is on the opt-out list"


class NotDialedError(DiscadorError):
    """{number} was not dialed: {reason}."""

    def __init__(self, *, number: str, reason: str) -> None:
        super().__init__(number=number, reason=reason)
