from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.metrics.report import Outcome, report
from fastagi_server.telephony.disposition import Disposition


def outcome(at: float, disposition: Disposition = Disposition.CONNECTED, **changes: Any) -> Outcome:
    fields: dict[str, Any] = {
        "country": "mexico",
        "disposition": disposition,
        "planned_at": at,
        "ordered_at": at + 0.002,
        "ringing_at": at + 0.052,
        "answered_at": at + 1.0,
        "ended_at": at + 9.0,
    }
    return Outcome(**{**fields, **changes})


def test_success_is_reaching_the_far_ends_network() -> None:
    told = report(
        [
            outcome(0),
            outcome(1, Disposition.BUSY, answered_at=None),
            outcome(2, Disposition.NO_ANSWER, answered_at=None),
            outcome(3, Disposition.CONGESTED, answered_at=None),
            outcome(4, Disposition.INVALID_NUMBER, answered_at=None),
        ]
    )

    assert (told.total.attempted, told.total.succeeded, told.total.failed) == (5, 3, 2)
    assert told.total.ner == 0.6
    assert told.total.asr == 0.2


def test_each_country_has_its_own_figures() -> None:
    told = report([outcome(0), outcome(1, country="usa"), outcome(2, Disposition.FAILED, country="usa")])

    assert list(told.countries) == ["mexico", "usa"]
    assert told.countries["usa"].ner == 0.5
    assert told.countries["usa"].dispositions == {"connected": 1, "failed": 1}


def test_rates_are_of_what_was_written() -> None:
    told = report([outcome(at / 25) for at in range(101)])

    assert told.mean_cps == pytest.approx(25.0)
    assert told.most_cps in (25, 26)  # equal spacing by floating point: the edge may fall on either side


def test_setup_is_from_the_originate_to_the_ring_or_the_answer() -> None:
    told = report([outcome(0), outcome(1, ringing_at=None), outcome(2, ringing_at=None, answered_at=None)])

    assert told.setup_mean == pytest.approx((0.05 + 0.998) / 2)


def test_most_at_once_counts_calls_that_overlap() -> None:
    told = report([outcome(0), outcome(5), outcome(8.9), outcome(20)])

    assert told.most_at_once == 3


def test_what_was_never_ordered_has_no_rate() -> None:
    told = report([outcome(0, Disposition.FAILED, ordered_at=None, ringing_at=None, answered_at=None)])

    assert (told.total.failed, told.mean_cps, told.most_at_once, told.began_at) == (1, 0.0, 0, 0.0)


def test_nothing_is_a_report_too() -> None:
    assert report([]).total.ner == 0.0
