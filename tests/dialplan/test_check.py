"""Each thing that must hold, broken once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialplan.check import problems, sounds
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.country import Country


def test_what_we_render_has_no_problems(countries: tuple[Country, ...], settings: DialplanSettings) -> None:
    assert problems(render(countries, settings), countries, settings) == []


@pytest.mark.parametrize(
    ("written", "broken", "told"),
    [
        (
            "Goto(discador_mexico_offer,s,1)",
            "Goto(discador_mexico_ofer,s,1)",
            "context discador_mexico_ident: extension s priority 2 goes to discador_mexico_ofer,s,1",
        ),
        (
            "?kept)",
            "?keep)",
            "context discador_optout: extension s priority 5 goes to discador_optout,s,keep",
        ),
        (
            "Gosub(discador_key,s,1(0,repeat,mexico))",
            "Gosub(discador_key,s,9(0,repeat,mexico))",
            "context discador_mexico_offer: extension 0 priority 1 goes to discador_key,s,9",
        ),
        (
            "exten => 3,1,Gosub(discador_key",
            "exten => 4,1,Gosub(discador_key",
            "context discador_mexico_offer: key 3 has no extension",
        ),
        (
            "Set(TIMEOUT(absolute)=1.5)\n same => n,AGI(${DISCADOR_AGI}/key",
            "NoOp()\n same => n,AGI(${DISCADOR_AGI}/key",
            "context discador_ask: extension key asks the server without a timeout",
        ),
        (
            "exten => T,1,Goto(asked,1)",
            "exten => t,1,Goto(asked,1)",
            "context discador_ask: asks the server, but has no extension T",
        ),
        (
            "Set(DISCADOR_TECH=${HANGUPCAUSE(${CHANNEL(name)},tech)})",
            "Gosub(discador_ask,key,1(1,mexico))",
            "context discador_ask: the hangup handler asks the server",
        ),
    ],
)
def test_a_broken_line_is_told(
    written: str, broken: str, told: str, countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    text = render(countries, settings)
    assert written in text

    found = problems(text.replace(written, broken), countries, settings)
    assert told in [each.removesuffix(", which is not there") for each in found]


def test_a_country_that_was_never_rendered_is_told(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    text = render(countries[:1], settings)

    assert "context discador_usa_offer: key 1 has no extension" in problems(text, countries, settings)


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
