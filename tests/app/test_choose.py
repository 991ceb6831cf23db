from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.app.choose import campaign_order, order_over, wish_of
from fastagi_server.app.errors import (
    NoCountryForNumberError,
    NotDialableError,
    UnknownNameError,
)
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import NumberFormat, Presentation, Trunk
from fastagi_server.dialer.show import Wish
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.frames import Dial
from fastagi_server.telephony.orders import PlaceCall
from tests.dialer.stage import contact

CALL = mint(1.0, b"0123456789")
Countries = tuple[Country, ...]


def wished(dial: Dial, settings: Settings, countries: Countries) -> Wish:
    return wish_of(dial, CALL, settings=settings, countries=countries, planned_at=5.0)


def test_everything_that_the_originate_needs_is_decided(settings: Settings, countries: Countries) -> None:
    dial = Dial(number="+52 55 5000 1003", campaign="spring")

    wish = wished(dial, settings, countries)

    assert (wish.country, wish.trunk, wish.callerid, wish.planned_at) == ("mexico", "carrier", "", 5.0)
    assert wish.configured == ("+525550009000", "+525550009001")
    assert wish.order("+525550009000") == PlaceCall(
        call=CALL,
        number="+525550001003",
        callerid="+525550009000",
        trunk="carrier",
        channel="PJSIP/525550001003@carrier",
        context="discador_mexico",
        ring_seconds=20,
        campaign="spring",
        shown="+525550009000",
    )


def test_what_is_asked_for_is_taken(settings: Settings, countries: Countries) -> None:
    two = replace(
        settings, trunks={**settings.trunks, "other": Trunk(dial="PJSIP/{number}@other", ring_seconds=9)}
    )
    dial = Dial(number="+525550001003", country="mexico", trunk="other", callerid="52 55 5000-9001")

    wish = wished(dial, two, countries)

    assert (wish.trunk, wish.order("").ring_seconds, wish.callerid) == ("other", 9, "+525550009001")


@pytest.mark.parametrize(
    ("dial", "error", "sentence"),
    [
        (Dial(number="12"), NotDialableError, "'12' cannot be dialed: short code."),
        (Dial(number=""), NotDialableError, "'' cannot be dialed: empty."),
        (Dial(number="+18005550199"), NotDialableError, "'+18005550199' cannot be dialed: toll free."),
        (
            Dial(number="+56221234567"),
            NoCountryForNumberError,
            "+56221234567 is in CL, and no country of the configuration has that code; known are",
        ),
        (
            Dial(number="+525550001003", country="atlantis"),
            UnknownNameError,
            "There is no country 'atlantis'; there are: ",
        ),
        (
            Dial(number="+525550001003", trunk="gold"),
            UnknownNameError,
            "There is no trunk 'gold'; there are: carrier.",
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_refusal_names_the_one_thing_that_is_wrong(
    dial: Dial, error: type[Exception], sentence: str, settings: Settings, countries: Countries
) -> None:
    with pytest.raises(error) as refused:
        wished(dial, settings, countries)

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("name", ["usa", "US", "us"])
def test_a_country_goes_by_its_slug_and_by_its_code(
    name: str, settings: Settings, countries: Countries
) -> None:
    wish = wished(Dial(number="+525550001003", country=name), settings, countries)

    assert (wish.country, wish.configured) == ("usa", ())


def test_without_any_trunk_the_refusal_says_so(settings: Settings, countries: Countries) -> None:
    none = replace(settings, trunks={})

    with pytest.raises(UnknownNameError, match="there are: none"):
        wished(Dial(number="+525550001003"), none, countries)


def test_both_numbers_are_written_as_the_trunk_says(settings: Settings, countries: Countries) -> None:
    trunk = Trunk(
        dial="PJSIP/{number}@carrier",
        prefix="1234#",
        callerid_format=NumberFormat.DIGITS,
        presentation=Presentation.PROHIBITED,
        cdr=False,
    )
    changed = replace(settings, trunks={"carrier": trunk})
    order = wished(Dial(number="+525550001003"), changed, countries).order("+525550009000")

    assert (order.channel, order.shown) == ("PJSIP/1234#525550001003@carrier", "525550009000")
    assert (order.callerid, order.private, order.cdr) == ("+525550009000", True, False)


def test_over_a_route_an_attempt_leads_nowhere_until_its_trunk_is_chosen(settings: Settings) -> None:
    trunks = {
        "acme": Trunk(
            dial="PJSIP/{number}@acme",
            prefix="9#",
            callerid_format=NumberFormat.DIGITS,
            presentation=Presentation.PROHIBITED,
            ring_seconds=21,
            cdr=False,
        ),
        "safe": Trunk(dial="SIP/safe/{number}"),
    }
    settings = replace(settings, trunks=trunks, routes={"wholesale": {"acme": 1.0, "safe": 1.0}})
    someone = contact(1)

    prepared = campaign_order(someone, "+13055560000", CALL, trunk="wholesale", settings=settings)
    assert (prepared.trunk, prepared.channel) == ("wholesale", "")

    for name in trunks:
        there = order_over(prepared, name, settings=settings)
        assert there == campaign_order(someone, "+13055560000", CALL, trunk=name, settings=settings)
        assert order_over(there, name, settings=settings) is there
    assert order_over(prepared, "acme", settings=settings) == PlaceCall(
        call=CALL,
        number="+12125560001",
        callerid="+13055560000",
        trunk="acme",
        channel="PJSIP/9#12125560001@acme",
        context="discador_usa",
        ring_seconds=21,
        campaign="c",
        shown="13055560000",
        private=True,
        cdr=False,
    )
