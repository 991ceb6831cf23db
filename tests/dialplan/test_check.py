"""Each thing that must hold, broken once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fastagi_server.dialplan.check import faults, played, problems, sounds
from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.country import Country


def test_what_we_render_has_no_problems(countries: tuple[Country, ...], settings: DialplanSettings) -> None:
    assert problems(render(countries, settings), countries, settings) == []


@pytest.mark.parametrize(
    ("written", "broken", "told"),
    [
        (
            "Goto(discador_mexico_offer-M,s,1)",
            "Goto(discador_mexico_ofer,s,1)",
            "context discador_mexico_ident-M: extension s priority 2 goes to discador_mexico_ofer,s,1",
        ),
        (
            "?kept)",
            "?keep)",
            "context discador_optout-S: extension s priority 5 goes to discador_optout-S,s,keep",
        ),
        (
            "Gosub(discador_key-S,s,1(0,repeat,mexico,repeat))",
            "Gosub(discador_key-S,s,9(0,repeat,mexico,repeat))",
            "context discador_mexico_offer-M: extension 0 priority 1 goes to discador_key-S,s,9",
        ),
        (
            "exten => 3,1,Gosub(discador_key",
            "exten => 4,1,Gosub(discador_key",
            "context discador_mexico_offer-M: key 3 has no extension",
        ),
        (
            "Set(TIMEOUT(absolute)=1.5)\n same => n,AGI(${DISCADOR_AGI}/key",
            "NoOp()\n same => n,AGI(${DISCADOR_AGI}/key",
            "context discador_ask-S: extension key asks the server without a timeout",
        ),
        (
            "exten => T,1,Goto(asked,1)",
            "exten => t,1,Goto(asked,1)",
            "context discador_ask-S: asks the server, but has no extension T",
        ),
        (
            "Set(DISCADOR_TECH=${HANGUPCAUSE(${CHANNEL(name)},tech)})",
            "Gosub(discador_ask-S,key,1(1,mexico))",
            "context discador_ask-S: the hangup handler asks the server",
        ),
        (
            "m,,discador_mexico_ident-M)",
            "m,,discador_mexico_idemt)",
            "context discador_mexico_ident-M: extension s priority 1 goes to discador_mexico_idemt",
        ),
        (
            "[discador_mexico]\nexten => s,1,Goto(discador_mexico-M,",
            "[discador_mexico]\nexten => s,1,Goto(discador_usa-U,",
            "context discador_mexico is not there or leads to no version",
        ),
        (
            "exten => bye,1,Hangup()",
            "exten => bye,1,Hangup(",
            "line 117 cannot be read: its bracket is not closed",
        ),
    ],
)
def test_a_broken_line_is_told(
    written: str, broken: str, told: str, countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    text = render(countries, settings)
    versions = {
        f"-{word}": f"-{re.search(f'discador_{name}-([0-9a-f]+)', text)[1]}"
        for word, name in {"M": "mexico", "U": "usa", "S": "ask"}.items()
    }
    for word, version in versions.items():
        written, broken, told = (re.sub(rf"{word}\b", version, each) for each in (written, broken, told))
    assert written in text

    found = problems(text.replace(written, broken), countries, settings)
    assert told in [each.removesuffix(", which is not there") for each in found]


def test_a_country_that_was_never_rendered_is_told(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    text = render(countries[:1], settings)

    assert "context discador_usa is not there or leads to no version" in problems(text, countries, settings)


def test_the_sounds_are_those_that_the_file_plays(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    names = sounds(countries, settings)

    assert names[:4] == [
        f"discador/brasil/{name}" for name in ("identification", "optout", "offer", "thanks")
    ]
    assert "discador/usa/thanks" not in names
    text = render(countries, settings)
    assert all(name in text for name in names)
    assert sounds([replace(countries[1], thanks=True)], settings)[-1] == "discador/usa/thanks"


def test_what_is_played_is_what_the_countries_need(
    every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    assert sorted(played(read(render(every, settings)))) == sorted(sounds(every, settings))


def test_every_fault_says_its_sentence_and_what_fills_it(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    (found,) = faults("[x]\nexten => s,x,NoOp()\n", countries, settings)

    assert (found.wrong, found.says["line"]) == ("unreadable", 2)
