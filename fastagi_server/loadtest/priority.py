"""Who has a processor first in a lab: both Asterisks and the engine, in real time, as their units ask for it.

What callers and carriers are at the far end of a wire (SIPp) runs as anything does. A container may forbid
real time: then the engine has the best that there is beside it, and Asterisk runs as anything does.
"""

from __future__ import annotations

from functools import cache

from fastagi_server.loadtest.errors import ProgramFailedError
from fastagi_server.loadtest.programs import run

# What Asterisk takes with -p, as Debian's unit runs it; etc/discador.service has the same.
REAL_TIME = ("chrt", "--rr", "10")
_NICE = ("nice", "-n", "-10")


@cache
def may_be_real_time() -> bool:
    """Say whether this machine lets us."""
    try:
        run(*REAL_TIME, "true")
    except (ProgramFailedError, OSError):
        return False
    return True


def of_asterisk() -> tuple[str, ...]:
    """Give the words before Asterisk's command; it is its own user's, who may not ask for that by -p."""
    return REAL_TIME if may_be_real_time() else ()


def of_the_engine() -> tuple[str, ...]:
    """Give the words before the engine's command."""
    return REAL_TIME if may_be_real_time() else _NICE
