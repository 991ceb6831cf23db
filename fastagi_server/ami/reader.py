"""Bytes from Asterisk's manager in, messages out, cut wherever the network likes. No socket, no clock.

Lazy: of an event whose name nobody wants, nothing but the name is looked at.
"""

from __future__ import annotations

from fastagi_server.ami.errors import RemoteError
from fastagi_server.ami.event import Event, Malformed
from fastagi_server.ami.messages import Banner, Response, read_response, text_of
from fastagi_server.ami.parsing import WANTED, parser_of

Message = Banner | Response | Event

# The greatest honest message is a Command's output or a channel's variables: tens of kilobytes.
MAX_MESSAGE = 1 << 20
MAX_BANNER = 1024

_END = b"\r\n\r\n"
_GREETING = b"Asterisk Call Manager/"
_EVENT = b"Event: "
_RESPONSE = b"Response: "
_FOLLOWS = b"Response: Follows"
_END_COMMAND = b"--END COMMAND--"


class Reader:
    """Holds what is not yet a whole message."""

    def __init__(self, wanted: frozenset[str] = WANTED, *, max_message: int = MAX_MESSAGE) -> None:
        self._parsers = {name.encode(): parser_of(name) for name in wanted}
        self._max = max_message
        self._tail = bytearray()
        self._output: list[bytes] = []
        self._output_size = 0
        self._greeted = False
        self._broken: RemoteError | None = None

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes, give the messages that they complete; a peer that cannot be a manager is an error."""
        if self._broken is not None:
            raise self._broken
        try:
            return self._receive(data)
        except RemoteError as error:
            self._broken = error
            raise

    def _receive(self, data: bytes) -> list[Message]:
        messages: list[Message] = []
        if not self._greeted:
            data = self._greet(data, messages)
        if not self._tail:
            pieces = data.split(_END)
        else:
            # The end may have been cut in two, so the search begins three bytes back.
            start = max(len(self._tail) - 3, 0)
            self._tail += data
            if self._tail.find(_END, start) >= 0:
                pieces = bytes(self._tail).split(_END)
                self._tail.clear()
            else:
                pieces = []
        if pieces:
            self._tail += pieces.pop()
            self._read(pieces, messages)
        if len(self._tail) > self._max + len(_END) and not messages:
            raise RemoteError(why=f"a message of more than {self._max} bytes")
        return messages

    def _greet(self, data: bytes, messages: list[Message]) -> bytes:
        """Take the banner off; what follows it is given back."""
        self._tail += data
        end = self._tail.find(b"\r\n")
        if not (self._tail.startswith(_GREETING) or _GREETING.startswith(self._tail)):
            raise RemoteError(why=f"it greeted with {bytes(self._tail[:80])!r}")
        if max(end, len(self._tail) if end < 0 else 0) > MAX_BANNER:
            raise RemoteError(why=f"a greeting of more than {MAX_BANNER} bytes")
        if end < 0:
            return b""
        messages.append(Banner(text=text_of(bytes(self._tail[:end]))))
        rest = bytes(self._tail[end + 2 :])
        self._tail.clear()
        self._greeted = True
        return rest

    def _read(self, pieces: list[bytes], messages: list[Message]) -> None:
        parsers = self._parsers
        for piece in pieces:
            if piece.startswith(_EVENT) and not self._output:
                end = piece.find(b"\r\n", 7)
                parse = parsers.get(piece[7:end] if end > 0 else piece[7:])
                if parse is not None:
                    messages.append(parse(piece))
            else:
                self._read_other(piece, messages)

    def _read_other(self, piece: bytes, messages: list[Message]) -> None:
        if self._output or (piece.startswith(_FOLLOWS) and not piece.endswith(_END_COMMAND)):
            self._go_on_with_output(piece, messages)
        elif piece.startswith(b"\r\n"):  # an empty line too many
            self._read([piece.lstrip(b"\r\n")], messages)
        elif piece.startswith(_RESPONSE):
            messages.append(read_response(piece))
        elif piece:
            messages.append(Malformed(event="", field="first line", value=text_of(piece[:200])))

    def _go_on_with_output(self, piece: bytes, messages: list[Message]) -> None:
        """Keep a part of the old form of a Command's answer, which may hold empty lines of its own.

        The parts are put together once, at the end: each time anew, a megabyte of empty lines would hold us
        for minutes.
        """
        self._output.append(piece)
        self._output_size += len(piece) + len(_END)
        if self._output_size > self._max + len(_END):
            raise RemoteError(why=f"a message of more than {self._max} bytes")
        if piece.endswith(_END_COMMAND):
            messages.append(read_response(_END.join(self._output)))
            self._output, self._output_size = [], 0
