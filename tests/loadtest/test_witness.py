from __future__ import annotations

import socket
import threading

import pytest

from fastagi_server.loadtest.witness import LoginRefusedError, Witness


def asterisk(*answers: bytes) -> int:
    """Stand in for AMI: a banner, then one answer for each action that comes; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with listener, connection:
            connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            for answer in answers:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += connection.recv(1024)
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


WELCOME = b"Response: Success\r\nActionID: witness-1\r\n\r\n"


def test_events_before_the_response_are_kept_in_order() -> None:
    port = asterisk(
        WELCOME,
        b"Event: A\r\nN: 1\r\n\r\nEvent: B\r\nN: 2\r\n\r\nResponse: Success\r\nActionID: witness-2\r\n\r\n"
        b"Event: B\r\nN: 3\r\n\r\n",
    )
    with Witness.connect(port=port, username="w", secret="s") as witness:
        assert witness.action("Ping")["Response"] == "Success"
        assert [event["N"] for event in witness.until(lambda event: event.get("N") == "3")] == ["1", "2", "3"]
    assert witness.banner == "Asterisk Call Manager/11.0.0"


def test_it_waits_for_an_event_that_is_such() -> None:
    port = asterisk(WELCOME + b"Event: B\r\nN: 1\r\n\r\nEvent: A\r\nN: 2\r\n\r\nEvent: B\r\nN: 3\r\n\r\n")
    with Witness.connect(port=port, username="w", secret="s") as witness:
        assert witness.wait_for("B", lambda event: event["N"] != "1")["N"] == "3"


def test_a_refused_login_says_so() -> None:
    port = asterisk(b"Response: Error\r\nActionID: witness-1\r\nMessage: Authentication failed\r\n\r\n")

    with pytest.raises(LoginRefusedError, match="does not take w: Authentication failed"):
        Witness.connect(port=port, username="w", secret="s")


def test_a_lost_link_is_an_error_and_no_silence() -> None:
    port = asterisk(WELCOME)
    with (
        Witness.connect(port=port, username="w", secret="s") as witness,
        pytest.raises(ConnectionResetError),
    ):
        witness.wait_for("FullyBooted")
