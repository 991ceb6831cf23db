"""One link to an Asterisk that is being recorded; it keeps what both sides said. Used by record_ami.py."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

from fastagi_server.ami import actions as a
from fastagi_server.ami.action import Action
from fastagi_server.ami.login import md5_key

OUT = Path(__file__).parent / "ami"
SECRET = "not-a-secret"


class Wire:
    """One link; keeps both sides of what is said."""

    def __init__(self, port: int, sip: int = 0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.sip = sip
        self.lines: list[dict[str, str]] = []
        self.heard = b""
        self._kept = 0
        self._count = 0
        self.until(rb"\r\n")

    def until(self, pattern: bytes, since: int = 0) -> bytes:
        """Read until the pattern has come; Asterisk's silence for 20 seconds ends the recording."""
        while not re.search(pattern, self.heard[since:], re.DOTALL):
            data = self.socket.recv(65536)
            if not data:
                break
            self.heard += data
        return self.heard[since:]

    def send(self, action: Action, *, until: bytes = b"") -> bytes:
        """Ask, and read until the answer has come, and `until` after it."""
        self._count += 1
        action_id = f"rec-{self._count}"
        return self.send_raw(action.encode(action_id), action_id, action.completion, until)

    def send_raw(
        self, data: bytes, action_id: str, completion: str | None = None, until: bytes = b""
    ) -> bytes:
        self.keep()
        since = len(self.heard)
        self.lines.append({"client": data.decode("latin-1")})
        self.socket.sendall(data)
        answer = rb"Response: [^\r]*\r\n(?:[^\r]+\r\n)*?ActionID: " + action_id.encode() + rb"\r\n.*?\r\n\r\n"
        said = self.until(answer, since)
        if completion and b"Response: Error" not in said:
            ended = rb"Event: %b\r\n(?:[^\r]+\r\n)*?ActionID: %b\r\n.*?\r\n\r\n"
            said = self.until(ended % (completion.encode(), action_id.encode()), since)
        return self.until(until + rb".*?\r\n\r\n", since) if until else said

    def keep(self) -> None:
        """Move what was heard to the lines, one whole message a line."""
        while (end := self.heard.find(b"\r\n\r\n", self._kept)) >= 0:
            self.lines.append({"server": self.heard[self._kept : end + 4].decode("latin-1")})
            self._kept = end + 4

    def close(self, file: Path) -> None:
        self.socket.shutdown(socket.SHUT_WR)
        self._drain()
        self.keep()
        if rest := self.heard[self._kept :]:
            self.lines.append({"server": rest.decode("latin-1")})
        text = "".join(json.dumps(line) + "\n" for line in self.lines)
        file.write_text(text)
        self.socket.close()

    def _drain(self) -> None:
        while data := self.socket.recv(65536):
            self.heard += data

    def login(self, user: str = "wide", secret: str = SECRET) -> None:
        said = self.send(a.Challenge())
        challenge = re.search(rb"Challenge: (\d+)", said)
        assert challenge is not None
        key = md5_key(challenge[1].decode(), secret)
        # FullyBooted is told at login to users who may read `system`.
        booted = b"Event: FullyBooted" if user == "wide" else b""
        self.send(a.Login(username=user, auth_type="MD5", key=key), until=booted)
