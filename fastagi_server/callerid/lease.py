"""How many uses an engine is wise to reserve ahead: many while much is left, none near the end."""

from __future__ import annotations

MOST = 256
# An engine holds a tenth of its share at most: what one holds, no other can use.
SHARE = 10
LEAST = 4


def how_many(left: int | None, engines: int) -> int:
    """Give the uses to hold, of so many that are left (None: no limit) for so many engines.

    0 says that it is time to count each use with its call, so that nobody sits on the last ones.
    """
    if left is None:
        return MOST
    wise = min(MOST, left // (SHARE * max(1, engines)))
    return wise if wise >= LEAST else 0
