from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.metrics.report import report
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Timing
from fastagi_server.telephony.disposition import Disposition


def outcome(at: float, disposition: Disposition = Disposition.CONNECTED, **changes: Any) -> Timing:
    fields: dict[str, Any] = {
        "call": mint(1_700_000_000 + at, b"0123456789"),
        "country": "mexico",
        "disposition": disposition,
        "planned_at": at,
        "ordered_at": at + 0.002,
        "ringing_at": at + 0.052,
        "answered_at": at + 1.0,
        "ended_at": at + 9.0,
    }
    return Timing(**{**fields, **changes})


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


@pytest.mark.parametrize("disposition", [Disposition.CANCELLED, Disposition.REFUSED])
def test_what_was_taken_back_before_it_left_was_no_attempt(disposition: Disposition) -> None:
    told = report([outcome(0), outcome(1, disposition, ordered_at=None, ringing_at=None, answered_at=None)])

    assert (told.total.attempted, told.not_sent, told.total.ner) == (1, 1, 1.0)
    assert told.total.dispositions == {"connected": 1}


def test_what_failed_before_it_was_ordered_is_an_attempt_that_failed() -> None:
    told = report([outcome(0, Disposition.UNKNOWN, ordered_at=None, ringing_at=None, answered_at=None)])

    assert (told.total.failed, told.not_sent) == (1, 0)


def test_a_call_that_ends_as_another_begins_was_not_up_beside_it() -> None:
    told = report([outcome(0, ended_at=5.002), outcome(5)])

    assert told.most_at_once == 1


def test_lateness_is_from_the_planned_slot_to_the_originate() -> None:
    told = report([outcome(at, ordered_at=at + late) for at, late in enumerate((0.001, 0.002, 0.3))])

    assert told.late_p50 == pytest.approx(0.002)
    assert told.late_p99 == pytest.approx(0.3)
