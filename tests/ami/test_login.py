import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from fastagi_server.ami.actions import Challenge, Login
from fastagi_server.ami.errors import LoginRefusedError
from fastagi_server.ami.login import login, md5_key
from fastagi_server.ami.messages import Response, read_response

GOOD = read_response(b"Response: Success\r\nMessage: Authentication accepted")
BAD = read_response(b"Response: Error\r\nMessage: Authentication failed")


def challenge(text: str) -> Response:
    return read_response(b"Response: Success\r\nChallenge: " + text.encode())


def test_the_key_is_the_digest_of_challenge_and_secret() -> None:
    assert (
        md5_key("161617161", "secret") == hashlib.md5(b"161617161secret", usedforsecurity=False).hexdigest()
    )


def test_the_key_is_what_a_real_asterisk_accepted(transcript: Callable[[str], Any]) -> None:
    lines = transcript("login").lines
    text = lines[1][1].split(b"Challenge: ")[1].strip().decode()
    assert f"Key: {md5_key(text, 'not-a-secret')}\r\n".encode() in lines[2][1]
    assert b"Authentication accepted" in lines[3][1]


def test_challenge_then_key_then_in() -> None:
    talk = login(username="u", secret="s")
    assert next(talk) == Challenge()
    assert talk.send(challenge("123")) == Login(username="u", auth_type="MD5", key=md5_key("123", "s"))
    with pytest.raises(StopIteration):
        talk.send(GOOD)


def test_the_secret_itself_when_asked() -> None:
    talk = login(username="u", secret="s", md5=False)
    assert next(talk) == Login(username="u", secret="s")
    with pytest.raises(StopIteration):
        talk.send(GOOD)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([BAD], "Authentication failed"),
        ([challenge("1"), BAD], "Authentication failed"),
        ([challenge("")], "no challenge"),
    ],
)
def test_a_refusal_says_whose_and_why_and_not_the_secret(answers: list[Response], why: str) -> None:
    talk = login(username="dialer", secret="hunter2")
    next(talk)
    for answer in answers[:-1]:
        talk.send(answer)
    with pytest.raises(LoginRefusedError, match="dialer") as caught:
        talk.send(answers[-1])
    assert why in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_plain_refusal() -> None:
    talk = login(username="dialer", secret="s", md5=False)
    next(talk)
    with pytest.raises(LoginRefusedError, match="Authentication failed"):
        talk.send(BAD)
