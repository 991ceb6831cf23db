from __future__ import annotations

import pytest

from fastagi_server.telephony.amd import Verdict, read_verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("HUMAN", Verdict.HUMAN), (" machine ", Verdict.MACHINE), ("", Verdict.NONE), ("WHO?", Verdict.NONE)],
)
def test_a_verdict_is_read_and_a_strange_word_counts_as_none(text: str, verdict: Verdict) -> None:
    assert read_verdict(text) is verdict
