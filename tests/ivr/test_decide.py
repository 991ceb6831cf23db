from __future__ import annotations

import pytest

from fastagi_server.ivr import decide
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.country import Answer, Country, Texts
from fastagi_server.telephony.keys import Meaning

MEXICO = Country(
    slug="mexico",
    iso="MX",
    languages=("es-419",),
    texts=Texts(identification="a", optout="b", offer="c"),
    connect_key="3",
)
STRICT = Country(
    slug="peru",
    iso="PE",
    languages=("es-419",),
    texts=MEXICO.texts,
    notsure=Answer.HANGUP,
)


@pytest.mark.parametrize(
    ("verdict", "country", "answer"),
    [
        (Verdict.HUMAN, MEXICO, Answer.PLAY),
        (Verdict.MACHINE, MEXICO, Answer.HANGUP),
        (Verdict.HANGUP, MEXICO, Answer.HANGUP),
        (Verdict.NOTSURE, MEXICO, Answer.PLAY),
        (Verdict.NOTSURE, STRICT, Answer.HANGUP),
        (Verdict.NONE, STRICT, Answer.HANGUP),
        (Verdict.HUMAN, STRICT, Answer.PLAY),
    ],
)
def test_what_a_verdict_means(verdict: Verdict, country: Country, answer: Answer) -> None:
    assert decide.answered(verdict, country) is answer


@pytest.mark.parametrize(
    ("digit", "meaning"),
    [
        ("3", Meaning.CONNECT),
        ("1", Meaning.INVALID),
        ("9", Meaning.OPTOUT),
        ("0", Meaning.REPEAT),
        ("#", Meaning.INVALID),
        ("", Meaning.INVALID),
        ("33", Meaning.INVALID),
    ],
)
def test_what_a_key_means_in_mexico(digit: str, meaning: Meaning) -> None:
    assert decide.key(digit, MEXICO) is meaning


@pytest.mark.parametrize(
    ("digit", "told", "meaning"),
    [
        ("3", "", Meaning.CONNECT),
        ("1", "", Meaning.INVALID),
        # The keys were changed while the call was up: what its prompt said counts.
        ("1", "connect", Meaning.CONNECT),
        ("3", "invalid", Meaning.INVALID),
        ("9", "repeat", Meaning.REPEAT),
        # Another dialplan's slip.
        ("3", "Connect", Meaning.CONNECT),
        ("1", "nonsense", Meaning.INVALID),
    ],
)
def test_a_key_means_what_the_callee_was_told(digit: str, told: str, meaning: Meaning) -> None:
    assert decide.key(digit, MEXICO, told) is meaning
