"""Has Asterisk tell us only what we read: it writes every event by itself, and each would wake us.

Half of what a call gives (its caller ID, its account, each step of its dial) says nothing that we use.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from fastagi_server.ami import actions
from fastagi_server.ami.event import Event
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.running import Ask


async def narrow(read: Iterable[type[Event]], ask: Ask) -> None:
    """Ask an Asterisk to tell this link nothing but these events; one that may not be asked tells them all.

    By a regex, which every Asterisk takes; one that knows criteria takes them in other words.
    """
    names = "|".join(sorted(kind.__name__ for kind in read))
    with suppress(RefusedError):
        await ask(actions.Filter(filter=f"^Event: ({names})[[:cntrl:]]"))
