"""A reader that throws everything away: what the sender and the socket can do at most. Run by ami.py."""

from __future__ import annotations

import socket
import sys

from stopwatch import Stopwatch

END = b"UserEvent: BenchEnd\r\n"

watch = Stopwatch()
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as wire:
    wire.sendall(b"Action: Login\r\n\r\n")
    tail = b""
    while not (tail.endswith(b"\r\n\r\n") and END in tail):
        data = wire.recv(65536)
        if not watch.begun and b"Event: " in data:
            watch.begin()
        tail = (tail + data)[-300:]
    watch.end(told=int(tail.rpartition(b"Events: ")[2].split(b"\r\n")[0]))
