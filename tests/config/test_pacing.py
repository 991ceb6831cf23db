"""What paces calls is held to its limits, and has the guide's figures as its defaults."""

from __future__ import annotations

import pytest

from fastagi_server.config.pacing import Pacing
from fastagi_server.telephony.errors import BadInputError


def test_the_defaults_are_the_guides() -> None:
    pacing = Pacing()

    assert (pacing.initial_cps, pacing.ramp_up_step, pacing.ramp_up_interval) == (5.0, 2.0, 10.0)
    assert (pacing.quality_threshold, pacing.emergency_brake_threshold) == (0.8, 0.1)
    assert pacing.auto_adjust_cps


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"initial_cps": 0}, "0.1 to 1000"),
        ({"ramp_up_interval": 0}, "1 to 3600"),
        ({"quality_threshold": 1.5}, "0 to 1"),
        ({"emergency_brake_threshold": 0.6}, "0 to 0.5"),
        ({"country_cps": {"mexico": 0.0}}, "more than 0, at most 1000"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object], right: str) -> None:
    with pytest.raises(BadInputError, match=right):
        Pacing(**wrong)  # type: ignore[arg-type]
