from __future__ import annotations

from fastagi_server.pacing.change import SENTENCES, Change, Move


def change(**more: object) -> Change:
    told = {"move": Move.REFUSED, "at": 1.0, "before": 21.0, "after": 19.75, "sent": 198, "refused": 4}
    return Change(**{**told, "success": None, **more})  # type: ignore[arg-type]


def test_a_change_says_its_numbers() -> None:
    assert change().sentence() == (
        "refused: from 21.00 to 19.75 calls per second; 4 of 198 were answered 503 or 429; "
        "too few to tell the success"
    )
    assert change(success=0.9).sentence().endswith("; success 90%")


def test_a_strain_says_its_own() -> None:
    strained = change(move=Move.PDD, says={"p95": 9.0, "usual": 3.0})

    assert strained.sentence() == (
        "pdd: from 21.00 to 19.75 calls per second; the far end rings after 9.0 s at p95, 3.0 s was usual"
    )


def test_every_strain_has_its_sentence() -> None:
    assert {Move.ASR, Move.PDD, Move.ORIGINATE, Move.LOAD} <= set(SENTENCES)
