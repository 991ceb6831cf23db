from __future__ import annotations

from fastagi_server.loadtest.errors import NoLabError, NoPortsError


def test_an_error_says_what_to_do() -> None:
    assert str(NoLabError(name="a")) == "No lab named 'a' is up; start one with: scripts/lab up --name a."
    assert "3400 free ports" in str(NoPortsError(size=3400, first=1, last=2))
