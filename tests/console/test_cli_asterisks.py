from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("deed", ["drain", "resume"])
def test_an_order_says_why(discador: Any, deed: str) -> None:
    told = discador("asterisk", deed, "b")

    assert told.code == 2
    assert "--why" in told.err


def test_its_three_deeds_are_in_its_help(discador: Any) -> None:
    told = discador("asterisk", "--help").out

    assert all(deed in told for deed in ("list", "drain", "resume"))
