"""What lives as long as the process is taken from the garbage collector's hands.

Every full collection walks over all there is: 90,000 objects of the libraries alone hold the reactor for
75 ms, at 100 calls a second every fifteen seconds, and each time eight slots are gone. What is
put aside is still freed when nobody refers to it; only a circle of such objects would stay.
"""

from __future__ import annotations

import gc

# So many objects that came at once and stay are worth a collection of their own.
MANY = 1_000


def put_aside(count: int = MANY) -> bool:
    """Put aside everything that is alive, if so many objects came that stay; say whether it was done."""
    if count < MANY:
        return False
    gc.collect()
    gc.freeze()
    return True
