"""Redis, where it is configured: opt-outs told to the other engines a little sooner than the store does.

Nothing hangs on it. What it loses the store's own tidings bring; whoever publishes waits for nothing, and
while Redis is away its two threads try again and say so once.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fastagi_server.store import e164
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.tiding import Kind, Tiding

if TYPE_CHECKING:
    import redis

CHANNEL = "discador:optouts"
WAITING = 1000
TRIAL_SECONDS = 2.0
HEAR_SECONDS = 0.25
AGAIN_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Wire:
    """Publishes and hears; `heard` is called in a thread of the wire and must be quick."""

    def __init__(self, url: str, *, heard: Callable[[Sequence[Tiding]], None]) -> None:
        self._url = url
        self._heard = heard
        self._numbers: queue.Queue[str] = queue.Queue(WAITING)
        self._stopped = threading.Event()
        self._away = threading.Event()
        self.listening = threading.Event()
        self._threads = [
            threading.Thread(target=self._again, args=(work,), name="redis", daemon=True)
            for work in (self._publish, self._hear)
        ]

    def start(self) -> None:
        """Begin; Redis may be away."""
        for each in self._threads:
            each.start()

    def close(self) -> None:
        """End both threads."""
        self._stopped.set()
        for each in self._threads:
            if each.is_alive():
                each.join()

    def publish(self, number: str) -> None:
        """Tell that a number is on the list durably; when too many wait, the store alone tells it."""
        try:
            self._numbers.put_nowait(number)
        except queue.Full:
            return

    def _again(self, work: Callable[[redis.Redis], None]) -> None:
        while not self._stopped.is_set():
            try:
                with connect(self._url) as link:
                    work(link)
            except Exception as error:  # noqa: BLE001 - whatever Redis can do, it is tried again
                self.listening.clear()
                if not self._away.is_set():
                    self._away.set()
                    _log.warning("Redis is away, the store tells opt-outs by itself: %s", error)
                self._stopped.wait(AGAIN_SECONDS)

    def _publish(self, link: redis.Redis) -> None:
        while not self._stopped.is_set():
            try:
                number = self._numbers.get(timeout=HEAR_SECONDS)
            except queue.Empty:
                continue
            link.publish(CHANNEL, number)

    def _hear(self, link: redis.Redis) -> None:
        listener: Any = link
        with listener.pubsub() as heard:
            heard.subscribe(CHANNEL)
            while not self._stopped.is_set():
                told = heard.get_message(timeout=HEAR_SECONDS)
                if told is not None and told["type"] == "subscribe":
                    self._is_back()
                elif told is not None:
                    self._take(told["data"])

    def _is_back(self) -> None:
        self.listening.set()
        if self._away.is_set():
            self._away.clear()
            _log.warning("Redis is there again")

    def _take(self, data: bytes) -> None:
        try:
            number = e164.checked(data.decode())
        except (BadInputError, UnicodeDecodeError):
            return  # somebody else's word
        self._heard([Tiding(id=0, at=0.0, kind=Kind.OPTOUT, value=number)])


def connect(url: str) -> redis.Redis:
    """Give a link that fails soon where Redis does not answer."""
    import redis  # noqa: PLC0415 - it takes a fifth of a second to load, and most have none

    return redis.Redis.from_url(
        url, socket_connect_timeout=TRIAL_SECONDS, socket_timeout=TRIAL_SECONDS, health_check_interval=1
    )


def why_not(url: str) -> str:
    """Ask Redis whether it is there and say why not; empty when it is."""
    import redis  # noqa: PLC0415 - as above

    try:
        with connect(url) as link:
            link.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        return str(error)
    return ""
