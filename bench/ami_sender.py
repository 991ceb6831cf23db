"""A manager that lets one client in and then tells recorded calls as fast as the socket takes them.

Run by ami.py as a process of its own: python ami_sender.py RECORDING SECONDS. Prints its port first, then,
when all is sent, what it sent as JSON. Every call has ids of its own; the last event is a UserEvent BenchEnd.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

CALL = b"01m84vzsfagmzrh2gh71zdkabw"
SECOND = b"1795459911.1"
ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
CALLS_A_BLOCK = 16
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
WAITS_SECONDS = 60


def main() -> None:
    """Serve one client."""
    recording, seconds = Path(sys.argv[1]), float(sys.argv[2])
    events = [json.loads(line)["server"].encode() for line in recording.read_text().splitlines()]
    call = b"".join(events)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        listener.settimeout(WAITS_SECONDS)
        client, _ = listener.accept()
    with client:
        client.settimeout(WAITS_SECONDS)
        client.sendall(BANNER)
        let_in(client)
        calls = tell(client, call, seconds)
        # What a reader that only counts can see of the whole.
        end = (
            "Event: UserEvent\r\nUserEvent: BenchEnd\r\n"
            f"Events: {calls * len(events)}\r\nCalls: {calls}\r\n\r\n"
        )
        client.sendall(end.encode())
        sent = {"calls": calls, "events": calls * len(events), "bytes": calls * len(call)}
        print(json.dumps(sent), flush=True)
        while client.recv(65536):
            pass


def let_in(client: socket.socket) -> None:
    """Answer Success to whatever is asked until a Login was answered."""
    heard = b""
    while True:
        data = client.recv(65536)
        if not data:
            sys.exit("the client left before it was let in")
        heard += data
        while b"\r\n\r\n" in heard:
            action, _, heard = heard.partition(b"\r\n\r\n")
            said = dict(line.split(b": ", 1) for line in action.split(b"\r\n") if b": " in line)
            fields = {b"Response": b"Success", b"ActionID": said.get(b"ActionID", b""), b"Challenge": b"1"}
            client.sendall(b"".join(b"%b: %b\r\n" % pair for pair in fields.items()) + b"\r\n")
            if said[b"Action"].lower() == b"login":
                return


def tell(client: socket.socket, call: bytes, seconds: float) -> int:
    """Tell calls until the time is over; give how many."""
    parts = call.split(CALL)
    number = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        block = []
        for _ in range(CALLS_A_BLOCK):
            number += 1
            block.append(ident(number).join(parts).replace(SECOND, b"%d.1" % (1795459911 + number)))
        client.sendall(b"".join(block))
    return number


def ident(number: int) -> bytes:
    """Give an id of the right shape, another for each call."""
    return CALL[:-7] + bytes(ALPHABET[number >> shift & 31] for shift in range(30, -1, -5))


if __name__ == "__main__":
    main()
