"""Asterisk's settings hold themselves to their limits and keep their secret."""

from __future__ import annotations

import pytest

from fastagi_server.config.asterisk import Asterisk
from fastagi_server.telephony.errors import BadInputError


def test_the_secret_is_in_no_repr_and_no_error() -> None:
    assert "hunter2" not in repr(Asterisk(secret="hunter2"))
    with pytest.raises(BadInputError) as caught:
        Asterisk(secret="hunter2\r\nAction: Originate")
    assert "hunter2" not in str(caught.value)


def test_a_line_end_in_the_user_name_is_refused() -> None:
    with pytest.raises(BadInputError, match="username"):
        Asterisk(username="x\r\nAction: Logoff")


@pytest.mark.parametrize("name", ["connect_seconds", "action_seconds", "keepalive_seconds"])
def test_no_wait_is_endless_or_nothing(name: str) -> None:
    for value in (0, -1, 1e9):
        with pytest.raises(BadInputError, match=name):
            Asterisk(**{name: value})
