from __future__ import annotations

from fastagi_server.dialer.held import Held
from fastagi_server.pacing.why import Reason, Standing, Why


def test_somebody_stops_and_somebody_lets_go() -> None:
    held = Held(Reason.CLOCK)
    assert held.release(1.0) is None

    stopped = held.stop(2.0, {"seconds": 3.0, "most": 2.0})
    assert (stopped.standing, stopped.at, stopped.operator) == (Standing.STOPPED, 2.0, False)
    assert held.tick(1e9) is None

    released = held.release(4.0)
    assert released is not None
    assert (released.standing, released.at) == (Standing.FREE, 4.0)


def test_it_stands_as_it_was_kept() -> None:
    held = Held(Reason.OPERATOR)
    kept = Why(standing=Standing.STOPPED, reason=Reason.OPERATOR, at=1.0, operator=True)

    held.restore(kept)

    assert held.why == kept
