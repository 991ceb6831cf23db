from __future__ import annotations

from fastagi_server.telephony.brake import joined

ANA = {"who": "ana", "text": "wrong prompt"}
EVA = {"who": "eva", "text": "old list"}
BOTH = {"who": "ana", "text": "wrong prompt; eva: old list"}


def test_what_two_operators_say_is_said_by_both() -> None:
    assert joined(ANA, EVA) == BOTH


def test_what_was_said_already_is_not_said_again() -> None:
    assert joined(ANA, ANA) == ANA
    assert joined(BOTH, EVA) == BOTH
    assert joined(BOTH, ANA) == BOTH
    assert joined(BOTH, {"who": "eva", "text": "old"})["text"] == "wrong prompt; eva: old list; eva: old"


def test_numbers_stay_those_that_stopped_it() -> None:
    assert joined({"share": 0.2}, {"share": 0.3}) == {"share": 0.2}


def test_whoever_presses_for_ever_fills_no_memory() -> None:
    said = ANA
    for n in range(1000):
        said = joined(said, {"who": "eva", "text": str(n)})

    assert len(said["text"]) < 5000
