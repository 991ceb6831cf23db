from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import fastagi_server
from fastagi_server.callerid.choice import Choice, How, Passed
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import Tongue
from fastagi_server.console.why import why
from fastagi_server.console.words.whys import TABLES
from fastagi_server.dialer import gate as gates
from fastagi_server.dialer.call import UNSEEN, ending, opened
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.record import Begin, Record

OTHERS = [Language.SPANISH, Language.PORTUGUESE]
CALL = mint(1.0, b"0123456789")
BEGUN = opened(
    Begin(
        call=CALL,
        number="+525550001003",
        country="mexico",
        callerid="+525550009000",
        trunk="carrier",
        campaign="spring",
        planned_at=1.0,
        begun_at=1.0,
    )
)
ENDED = facts.Ended(call=CALL, at=9.0, cause=16, sip_code=None, sip_reason=None)
RECORDS = {
    "opted out": replace(BEGUN, optout_at=2.0, key="9"),
    "opted out by the dialplan": replace(BEGUN, optout_at=2.0),
    "connected": replace(BEGUN, connected_at=2.0, key="3"),
    "hung up": replace(BEGUN, answered_at=1.0, left_at=2.0),
    "no key": replace(BEGUN, answered_at=1.0),
    "no channel": BEGUN,
    "by cause": replace(BEGUN, cause=34),
    "answered unseen": replace(BEGUN, sip_code=200, sip_reason="OK"),
    "provisional": replace(BEGUN, sip_code=180, sip_reason="Ringing"),
}


def kept(record: Record) -> str:
    return ending(record, ENDED)[1]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", RECORDS)
def test_every_end_of_a_call_is_told_in_the_readers_language(name: str, language: Language) -> None:
    english = kept(RECORDS[name])
    told = why(Tongue(language), english)

    assert told != english
    assert "{" not in told
    assert why(Tongue(Language.ENGLISH), english) == english


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_carrier_said_stays(language: Language) -> None:
    assert (
        why(Tongue(language), kept(replace(BEGUN, sip_code=486, sip_reason="Busy Here"))) == "486 Busy Here"
    )
    machine = replace(
        BEGUN, answered_at=1.0, amd_at=1.5, amd_verdict=Verdict.MACHINE, amd_cause="LONGGREETING"
    )
    assert why(Tongue(language), kept(machine)) == "AMD: LONGGREETING"


@pytest.mark.parametrize("language", OTHERS)
def test_a_call_that_ended_unseen(language: Language) -> None:
    assert why(Tongue(language), UNSEEN) != UNSEEN


def test_details_are_kept_and_told_too() -> None:
    spanish = Tongue(Language.SPANISH)

    assert why(spanish, "all 2 caller IDs are at their cap of 5 until midnight of America/New_York") == (
        "los 2 identificadores están en su tope de 5 hasta la medianoche de America/New_York"
    )
    # The answer within a why is one itself.
    assert why(spanish, "no final answer in time, only Q.850 cause 19") == (
        "sin respuesta final a tiempo, solo causa Q.850 19"
    )


@pytest.mark.parametrize("how", How)
def test_why_a_caller_id_was_chosen_is_told_with_all_its_parts(how: How) -> None:
    passed = tuple((each, 3) for each in Passed)
    kept = Choice(number="+1", uses=2, last_at=0.0, of=9, period="2026-11-23", how=how, passed=passed).why()

    for language in OTHERS:
        told = why(Tongue(language), kept)
        assert "2026-11-23" in told
        assert not [word for word in (*How, *Passed) if word in told]


def test_what_a_carrier_said_gives_no_terminal_an_order() -> None:
    assert "\x1b" not in why(Tongue(Language.SPANISH), "603 \x1b[2J")


def test_both_languages_know_the_same_whys_and_the_engine_says_each() -> None:
    spanish, portuguese = (set(TABLES[language]) for language in OTHERS)
    house = Path(fastagi_server.__file__).parent
    sources = "\n".join(
        path.read_text()
        for room in ("app", "dialer", "callerid", "pacing")
        for path in (house / room).glob("*.py")
    )

    assert spanish == portuguese
    taken_back = set(re.findall(r'"([^"{}]+ before it was sent)"', sources))
    assert len(taken_back) > 3
    gate = {value for name, value in vars(gates).items() if name.isupper()}
    assert taken_back | gate <= spanish
    for pattern in spanish:
        longest = max(pattern.replace("}", "{").split("{")[::2], key=len)
        assert longest.split(": ")[-1].strip() in sources or longest in sources, pattern
