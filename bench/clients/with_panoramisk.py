"""panoramisk's manager with one callback for every event. Run by ami.py in the peers' environment."""

from __future__ import annotations

import asyncio
import sys

from panoramisk import Manager
from stopwatch import Stopwatch

watch = Stopwatch()
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
seen = 0
manager = Manager(
    loop=loop,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    username="bench",
    secret="bench",  # noqa: S106 - the sender lets everybody in
    ping_delay=3600,
)


def event(_: Manager, message: dict[str, str]) -> None:
    """Count."""
    global seen  # noqa: PLW0603 - the cheapest counter there is
    if not watch.begun:
        watch.begin()
    seen += 1
    if message["Event"] == "UserEvent" and message["UserEvent"] == "BenchEnd":
        watch.end(typed=seen - 1, told=int(message["Events"]))
        loop.stop()


manager.register_event("*", event)
manager.connect()
loop.run_forever()
