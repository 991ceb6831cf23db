"""What stops calls has the guide's figures as its defaults, and is held to its limits."""

from __future__ import annotations

import pytest

from fastagi_server.config.stops import Stops
from fastagi_server.telephony.errors import BadInputError


def test_the_defaults_are_the_anchors() -> None:
    stops = Stops()

    assert (stops.server_error_share, stops.blocked_share, stops.short_share) == (0.3, 0.05, 0.6)
    assert (stops.optout_share, stops.people_fall, stops.short_seconds) == (0.08, 0.5, 6.0)
    assert (stops.store_lag_seconds, stops.clock_drift_seconds) == (5.0, 2.0)
    assert stops.enabled


@pytest.mark.parametrize(
    "wrong",
    [{"blocked_share": 1.1}, {"people_fall": 0.8}, {"short_seconds": 0.0}, {"store_lag_seconds": -1.0}],
)
def test_what_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        Stops(**wrong)  # type: ignore[arg-type]
