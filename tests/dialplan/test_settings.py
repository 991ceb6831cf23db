"""What the settings refuse."""

from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.variables import Sound
from fastagi_server.telephony.country import Country, Destination
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fastagi_uri", "http://127.0.0.1:4573"),
        ("fastagi_uri", "agi://127.0.0.1:4573/"),
        ("fastagi_uri", "agi://127.0.0.1:4573)\nexten => s,1,System(x"),
        ("fastagi_uri", "agi://host,with,commas"),
        ("fastagi_uri", "agi://host:4573\n"),
        ("fastagi_uri", "agi://${EVIL}"),
        ("sounds_prefix", "a&b"),
        ("sounds_prefix", "../etc"),
        ("sounds_prefix", "/absolute"),
        ("sounds_prefix", "slash/"),
        ("sounds_prefix", ""),
        ("question_seconds", 2),
        ("question_seconds", 1.9999),
        ("question_seconds", 0),
        ("question_seconds", -1.0),
        ("question_seconds", float("nan")),
        ("version", "1\n[evil]"),
        ("version", ""),
    ],
)
def test_what_could_break_a_line_is_refused(field: str, value: Any) -> None:
    with pytest.raises(BadInputError) as refused:
        DialplanSettings(**{field: value})

    assert refused.value.details["field"] == field


@pytest.mark.parametrize("uri", ["agi://10.0.0.5", "agi://discador.example:4573", "agi://[::1]:4573"])
def test_addresses_and_names_are_taken(uri: str) -> None:
    assert DialplanSettings(fastagi_uri=uri).fastagi_uri == uri


def test_a_country_without_a_destination_gets_the_one_for_the_rest(countries: tuple[Country, ...]) -> None:
    mexico, usa, *_ = countries
    settings = DialplanSettings(destinations={"mexico": Destination(context="ventas", exten="100")})

    assert settings.destination_of(mexico) == Destination(context="ventas", exten="100", priority="1")
    assert settings.destination_of(usa) == Destination(context="discador-agents")


def test_a_sound_lies_below_the_prefix_and_the_country(countries: tuple[Country, ...]) -> None:
    settings = DialplanSettings(sounds_prefix="custom/dialer")

    assert settings.sound(countries[0], Sound.OFFER) == "custom/dialer/mexico/offer"


@pytest.mark.parametrize(("seconds", "written"), [(1.5, "1.5"), (1, "1"), (0.25, "0.25"), (1.999, "1.999")])
def test_the_timeout_is_written_without_an_exponent(seconds: float, written: str) -> None:
    assert DialplanSettings(question_seconds=seconds).question_timeout() == written
