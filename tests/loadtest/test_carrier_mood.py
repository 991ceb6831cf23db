"""What the carrier is told while it runs, and the real carrier's doing of it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from fastagi_server.loadtest import carrier_mood, lab
from fastagi_server.loadtest.callees import Outcome
from fastagi_server.loadtest.calls import CarrierCall, read_calls
from fastagi_server.loadtest.carrier_folder import LIMIT_PLACES
from fastagi_server.loadtest.carrier_mood import Taken
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.release import Release
from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.telephony.errors import BadInputError
from tests.calls.ringing import wait_until
from tests.conftest import ON_22


@pytest.mark.parametrize("cps", [-1, LIMIT_PLACES + 1])
def test_a_limit_that_the_carrier_cannot_count_is_refused_before_it_is_asked(cps: int) -> None:
    with pytest.raises(BadInputError, match=f"carrier-cps.*{cps}"):
        carrier_mood.limit(None, cps)  # type: ignore[arg-type]


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_that_is_none_is_refused(percent: int) -> None:
    with pytest.raises(BadInputError, match=f"answers.*{percent}"):
        carrier_mood.answers(None, percent)  # type: ignore[arg-type]


def test_what_was_taken_is_counted_apart_from_what_was_refused() -> None:
    calls = [
        CarrierCall(
            id=str(n),
            call="",
            number="",
            callerid="",
            invited_at=n / 8,
            outcome=Outcome.CONGESTED if n % 4 == 0 else Outcome.BUSY,
        )
        for n in range(100)
    ]

    assert carrier_mood.taken(calls, since=2.0, until=6.0) == Taken(a_second=6.0, most=6, refused_share=0.25)
    assert carrier_mood.taken(calls, since=20.0, until=21.0) == Taken(a_second=0, most=0, refused_share=0)


@pytest.fixture
def here(release: Release) -> Iterator[Lab]:
    name = f"limit-{os.getpid()}"
    yield lab.up(name, release=release)
    lab.down(name)


def call(here: Lab, count: int, cps: float, ending: str = "40") -> tuple[list[CarrierCall], Counter[str]]:
    """Call so many people and give what the carrier wrote of them, and the SIP answers that we got."""
    known = {each.id for each in read_calls(here.paths.calls)}
    ended: list[str] = []
    with here.witness() as witness:
        began = time.monotonic()
        for n in range(count):
            time.sleep(max(0.0, began + n / cps - time.monotonic()))
            witness.action(
                "Originate",
                ("Channel", f"PJSIP/5255{n:06}{ending}@carrier"),
                ("Context", "lab_try"),
                ("Exten", "try_mexico"),
                ("Priority", "1"),
                ("Async", "true"),
            )
        while len(ended) < count:
            ended.append(witness.wait_for("Hangup").get("TechCause", ""))

    def mine() -> list[CarrierCall]:
        return [each for each in read_calls(here.paths.calls) if each.id not in known]

    wait_until(
        lambda: sum(each.ended_at is not None for each in mine()) == count, 10, "the carrier wrote all"
    )
    return mine(), Counter(ended)


@pytest.mark.asterisk
@ON_22
def test_no_second_has_more_than_the_limit_and_what_is_above_it_gets_503(here: Lab) -> None:
    everybody, answers = call(here, 40, 40)
    assert {each.outcome for each in everybody} == {Outcome.BUSY}
    assert answers == {"486": 40}

    for cps in (10, 20):
        carrier_mood.limit(here, cps)
        calls, answers = call(here, 120, 40)

        outcomes = Counter(each.outcome for each in calls)
        taken = [each.invited_at for each in calls if each.outcome == Outcome.BUSY]
        assert most_in_a_second(taken) == cps
        # What is refused counts for nothing: three seconds are as full as they may be.
        assert 3 * cps - 2 <= len(taken) <= 3 * cps + 2
        assert outcomes == {Outcome.BUSY: len(taken), Outcome.CONGESTED: 120 - len(taken)}
        assert answers == {"486": len(taken), "503": 120 - len(taken)}

    carrier_mood.limit(here, 0)
    _, answers = call(here, 40, 40)
    assert answers == {"486": 40}


@pytest.mark.asterisk
@ON_22
def test_as_many_answer_as_the_carrier_is_told(here: Lab) -> None:
    for percent in (100, 0):
        carrier_mood.answers(here, percent)
        calls, _ = call(here, 20, 20, "60")
        assert {each.outcome for each in calls} == {Outcome.ANSWERED if percent else Outcome.NO_ANSWER}

    carrier_mood.answers(here, 40)
    calls, _ = call(here, 200, 40, "60")

    # With a fair chance, outside of these once in ten million.
    assert 45 <= sum(each.outcome == Outcome.ANSWERED for each in calls) <= 117
