from __future__ import annotations

from fastagi_server.pacing.why import SENTENCES, Reason, Standing, Why

SAYS = {"resolved": 80, "succeeded": 4, "share": 0.05, "usual": 0.4, "threshold": 0.1}


def test_the_reason_has_the_numbers() -> None:
    why = Why(standing=Standing.STOPPED, reason=Reason.SUCCESS, at=1.0, says=SAYS)

    assert why.sentence() == (
        "stopped: 4 of 80 resolved calls in a row succeeded (5.0%), 40.0% was usual, 10% is the least"
    )


def test_what_only_an_operator_releases_says_so_while_it_is_stopped() -> None:
    says = {"who": "ana", "text": "the wrong prompt"}
    why = Why(standing=Standing.STOPPED, reason=Reason.OPERATOR, at=1.0, says=says, operator=True)
    free = Why(standing=Standing.FREE, reason=Reason.OPERATOR, at=1.0, says=says, operator=True)

    assert why.sentence() == "stopped: ana stopped it: the wrong prompt; only an operator releases it"
    assert free.sentence() == "free: ana stopped it: the wrong prompt"


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
