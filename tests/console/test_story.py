from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fastagi_server.app.orders import _says
from fastagi_server.config.settings import Language
from fastagi_server.console import story
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony import facts, frames
from fastagi_server.telephony.amd import Amd, Verdict
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.keys import Meaning, Press

CALL = mint(1.0, b"0123456789")
VALUES: dict[str, Any] = {
    "call": CALL,
    "rang_at": 11.0,
    "at": 12.25,
    "amd": Amd(verdict=Verdict.HUMAN, cause="HUMAN-801-800"),
    "press": Press(digit="3", begun_at=None, ended_at=12.25, duration_ms=160),
    "digit": "3",
    "meaning": Meaning.CONNECT,
    "source": "key",
    "cause": 16,
    "sip_code": 486,
    "sip_reason": "Busy Here",
    "reason": 5,
    "why": "no such channel",
}


def every(kind: type[facts.Fact]) -> list[type[facts.Fact]]:
    return [each for one in kind.__subclasses__() for each in (one, *every(one))]


FACTS = every(facts.Fact)


def made(kind: type[facts.Fact]) -> facts.Fact:
    return kind(**{field.name: VALUES[field.name] for field in dataclasses.fields(kind)})


def as_told(fact: facts.Fact) -> frames.Happened:
    """Give the fact as the desk's other side gets it: through JSON."""
    happened = frames.Happened(call=fact.call, fact=type(fact).__name__, at=fact.at, says=_says(fact))
    back = frames.decode(frames.encode(happened))
    assert isinstance(back, frames.Happened)
    return back


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.SPANISH, Language.PORTUGUESE])
@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_has_its_line_in_every_language(kind: type[facts.Fact], language: Language) -> None:
    told = story.line(as_told(made(kind)), 10.0, Tongue(language))

    assert told.startswith("   2.25 s  ")
    assert kind.__name__ not in told
    assert len(told) > len("   2.25 s  ")


def test_no_line_is_for_a_fact_that_there_is_not() -> None:
    assert set(story._LINES) == {kind.__name__ for kind in FACTS}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (facts.AmdDecided, "AMD: HUMAN (HUMAN-801-800)"),
        (facts.DigitHeard, "digit 3, 160 ms"),
        (facts.KeyDecided, "key 3: connect"),
        (facts.SipTold, "SIP 486 Busy Here"),
        (facts.Ended, "ended (Q.850 cause 16)"),
        (facts.OrderRefused, "refused: no such channel"),
        (facts.OriginateFailed, "busy"),
    ],
)
def test_what_a_fact_says_is_in_its_line(kind: type[facts.Fact], told: str) -> None:
    line = story.line(as_told(made(kind)), 12.25, Tongue(Language.ENGLISH))

    assert line == f"   0.00 s  {told}"


def test_a_fact_of_a_newer_service_is_told_by_its_name() -> None:
    happened = frames.Happened(call="x", fact="Transferred", at=1.0, says={"to": "y"})

    assert story.line(happened, 1.0, Tongue(Language.SPANISH)) == "   0.00 s  Transferred"
