from __future__ import annotations

import pytest

from fastagi_server.callerid.choice import Choice, How, Passed


@pytest.mark.parametrize(
    ("how", "last_at", "says"),
    [
        (How.LEAST, 0.0, "least used, never used in its period"),
        (How.LEAST, 5.0, "least used, idle longest"),
        (How.SAME, 5.0, "shown to this contact before"),
        (How.AREA, 5.0, "of the callee's area, its least used"),
        (How.NAMED, 0.0, "named by whoever ordered the call"),
    ],
)
def test_it_says_what_spoke_for_it(how: How, last_at: float, says: str) -> None:
    choice = Choice(number="+1", uses=3, last_at=last_at, of=8, period="2026-11-23", how=how)

    assert choice.why() == f"{says}: 3 uses in 2026-11-23, 8 could be chosen"


def test_it_says_who_was_passed_over_and_why() -> None:
    passed = ((Passed.AT_CAP, 2), (Passed.RESTING, 1))
    choice = Choice(number="+1", uses=3, last_at=5.0, of=8, period="2026-11-23#2", passed=passed)

    assert choice.why().endswith(" 8 could be chosen; passed over: 2 at their cap + 1 resting")
