"""A small blocking AMI client for the lab and its tests; it shares no line with what it judges.

It reads one message after another and forgets nothing: what came while it waited for something else stays.
"""

from __future__ import annotations

import itertools
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from fastagi_server.loadtest.errors import LabError

Message = Mapping[str, str]


class LoginRefusedError(LabError):
    """The Asterisk on port {port} does not take {username}: {told}."""


class Witness:
    """One AMI session. A header that repeats is kept once, the last; that is enough to look on."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._bytes = b""
        self._events: deque[Message] = deque()
        self._numbers = itertools.count(1)
        self.banner = self._line()

    @classmethod
    def connect(cls, *, port: int, username: str, secret: str, timeout: float = 30.0) -> Witness:
        """Log in; `timeout` bounds each silence of the other side."""
        connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        try:
            witness = cls(connection)
            told = witness.action("Login", ("Username", username), ("Secret", secret))
        except BaseException:
            connection.close()
            raise
        if told.get("Response") != "Success":
            connection.close()
            raise LoginRefusedError(port=port, username=username, told=told.get("Message", ""))
        return witness

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session; a reader in another thread is woken."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def action(self, name: str, *headers: tuple[str, str]) -> Message:
        """Send an action and give its response; events that come first are kept."""
        number = f"witness-{next(self._numbers)}"
        lines = [("Action", name), ("ActionID", number), *headers]
        self._connection.sendall("".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n")
        while True:
            message = self._message()
            if message.get("ActionID") == number and "Response" in message:
                return message
            self._events.append(message)

    def wait_for(self, event: str, such: Callable[[Message], bool] = lambda _: True) -> Message:
        """Give the first event of a name that is such; those before it are dropped."""
        for message in self._all():
            if message.get("Event") == event and such(message):
                return message
        raise AssertionError  # _all ends with the connection only, and that raises

    def until(self, last: Callable[[Message], bool]) -> list[Message]:
        """Give every event up to the one that is the last."""
        seen = []
        for message in self._all():
            seen.append(message)
            if last(message):
                break
        return seen

    def _all(self) -> Iterator[Message]:
        while True:
            yield self._events.popleft() if self._events else self._message()

    def _message(self) -> Message:
        message: dict[str, str] = {}
        while line := self._line():
            key, _, value = line.partition(":")
            message[key] = value.strip()
        return message

    def _line(self) -> str:
        while b"\r\n" not in self._bytes:
            more = self._connection.recv(65536)
            if not more:
                raise ConnectionResetError
            self._bytes += more
        line, _, self._bytes = self._bytes.partition(b"\r\n")
        return line.decode(errors="replace")
