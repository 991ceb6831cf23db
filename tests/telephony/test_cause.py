from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.telephony.cause import read_sip, unanswered
from fastagi_server.telephony.disposition import Disposition


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SIP 603 Network Blocked", (603, "Network Blocked")),
        ("SIP 503 Service Unavailable", (503, "Service Unavailable")),
        ("SIP 486", (486, "")),
        ("", None),
        ("SIP", None),
        ("SIP ٣ x", None),
        ("IAX2 3 x", None),
    ],
)
def test_the_sip_answer_is_read_with_its_phrase(text: str, expected: tuple[int, str] | None) -> None:
    assert read_sip(text) == expected


@given(st.text())
def test_a_hostile_answer_is_read_or_is_none(text: str) -> None:
    answer = read_sip(text)

    assert answer is None or answer[0] >= 0


@pytest.mark.parametrize(
    ("cause", "sip", "phrase", "expected"),
    [
        (17, 486, "Busy Here", Disposition.BUSY),
        (17, 0, "", Disposition.BUSY),
        (21, 603, "Network Blocked", Disposition.BLOCKED),
        (21, 603, "Decline", Disposition.REJECTED),
        (21, 403, "Forbidden", Disposition.REJECTED),
        (127, 607, "Unwanted", Disposition.BLOCKED),
        (34, 503, "Service Unavailable", Disposition.CONGESTED),
        (19, 480, "", Disposition.NO_ANSWER),
        (19, 180, "Ringing", Disposition.NO_ANSWER),
        (1, 404, "Not Found", Disposition.INVALID_NUMBER),
        (0, 0, "", Disposition.FAILED),
        (16, 299, "", Disposition.FAILED),
    ],
)
def test_the_sip_answer_knows_more_than_the_cause(
    cause: int, sip: int, phrase: str, expected: Disposition
) -> None:
    assert unanswered(cause=cause, sip_code=sip, sip_reason=phrase) is expected
