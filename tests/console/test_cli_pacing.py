from __future__ import annotations

from typing import Any


def test_a_release_says_why(discador: Any) -> None:
    told = discador("pacing", "release", "trunk:carrier")

    assert told.code == 2
    assert "--why" in told.err


def test_its_three_deeds_are_in_its_help(discador: Any) -> None:
    told = discador("pacing", "--help").out

    assert all(deed in told for deed in ("show", "release", "certificate"))
