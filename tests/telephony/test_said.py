from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.telephony.said import LONGEST, plain


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("the wrong prompt: ¿otra lista? ñ 漢", "the wrong prompt: ¿otra lista? ñ 漢"),
        ("ok\n2026-11-27 12:00:00 WARNING forged", "ok 2026-11-27 12:00:00 WARNING forged"),
        ("\x1b[2J\r\x00\u202e\u2028", "\\x1b[2J \\x00\\u202e"),
        ("\n", ""),
    ],
)
def test_what_was_said_is_one_line_that_moves_nothing(said: str, kept: str) -> None:
    assert plain(said) == kept


@given(st.text(max_size=2 * LONGEST))
def test_whatever_was_said_can_be_read_and_is_not_endless(said: str) -> None:
    kept = plain(said)

    assert kept.isprintable()
    assert len(kept) <= 10 * LONGEST
    assert plain(kept)[:LONGEST] == kept[:LONGEST].strip()
