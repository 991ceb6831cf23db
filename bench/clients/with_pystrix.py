"""pystrix's manager with one callback for every event. Run by ami.py in the peers' environment."""

from __future__ import annotations

import sys
import threading

from pystrix.ami import Manager, core
from stopwatch import Stopwatch

watch = Stopwatch()
over = threading.Event()
seen = 0


def event(message: dict[str, str], _: Manager) -> None:
    """Count."""
    global seen  # noqa: PLW0603 - the cheapest counter there is
    if not watch.begun:
        watch.begin()
    seen += 1
    if message["Event"] == "UserEvent" and message["UserEvent"] == "BenchEnd":
        watch.end(typed=seen - 1, told=int(message["Events"]))
        over.set()


manager = Manager()
manager.register_callback("", event)
manager.connect("127.0.0.1", int(sys.argv[1]))
manager.send_action(core.Login("bench", "bench"))
over.wait()
