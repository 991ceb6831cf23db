"""A trunk puts the number into its dial string as its carrier wants it."""

from __future__ import annotations

import pytest

from fastagi_server.config.trunk import NumberFormat, Presentation, Trunk
from fastagi_server.telephony.errors import BadInputError


def test_the_number_is_written_as_the_carrier_wants_it() -> None:
    assert Trunk(dial="PJSIP/{number}@c").channel("+525512345678") == "PJSIP/525512345678@c"
    with_plus = Trunk(dial="PJSIP/{number}@c", number_format=NumberFormat.E164)
    assert with_plus.channel("+525512345678") == "PJSIP/+525512345678@c"


@pytest.mark.parametrize(
    "dial", ["PJSIP/c", "PJSIP/{number}@c,30", "PJSIP/{number}@a&SIP/1900", "X/{number}\r\n"]
)
def test_what_would_dial_something_else_is_refused(dial: str) -> None:
    with pytest.raises(BadInputError, match="dial"):
        Trunk(dial=dial)


@pytest.mark.parametrize("seconds", [0, 4, 121])
def test_nobody_rings_for_ever_or_for_nothing(seconds: int) -> None:
    with pytest.raises(BadInputError, match="ring_seconds"):
        Trunk(dial="PJSIP/{number}@c", ring_seconds=seconds)


CASES = {
    "tech prefix": ({"prefix": "1234#"}, "1234#525512345678"),
    "from Mexico to Mexico": ({"number_format": "national", "calling_code": "52"}, "5512345678"),
    "a trunk's zero": (
        {"number_format": "national", "calling_code": "52", "national_prefix": "0", "prefix": "9#"},
        "9#05512345678",
    ),
    "from the USA to Mexico": (
        {"number_format": "national", "calling_code": "1", "international_prefix": "011"},
        "011525512345678",
    ),
}


@pytest.mark.parametrize(("wish", "dialed"), CASES.values(), ids=CASES)
def test_a_number_as_carriers_want_it(wish: dict[str, str], dialed: str) -> None:
    known = {**wish, "number_format": NumberFormat(wish.get("number_format", "digits"))}
    assert Trunk(dial="SIP/c/{number}", **known).channel("+525512345678") == f"SIP/c/{dialed}"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shape", "shown"),
    [(NumberFormat.E164, "+525512345678"), (NumberFormat.DIGITS, "525512345678")],
)
def test_our_own_number_is_shown_as_the_carrier_wants_it(shape: NumberFormat, shown: str) -> None:
    assert Trunk(dial="PJSIP/{number}@c", callerid_format=shape).shown("+525512345678") == shown


@pytest.mark.parametrize(("code", "shown"), [("52", "5512345678"), ("1", "525512345678")])
def test_our_own_number_is_shown_nationally(code: str, shown: str) -> None:
    trunk = Trunk(dial="PJSIP/{number}@c", callerid_format=NumberFormat.NATIONAL, calling_code=code)
    assert trunk.shown("+525512345678") == shown


@pytest.mark.parametrize(
    ("dial", "channel"),
    [
        ("Local/{number}@from-internal", "Local/5255@from-internal/n"),
        ("Local/{number}@from-internal/n", "Local/5255@from-internal/n"),
        ("Local/{number}@from-internal/j", "Local/5255@from-internal/jn"),
    ],
)
def test_a_local_channel_stays_so_that_the_call_keeps_its_identity(dial: str, channel: str) -> None:
    assert Trunk(dial=dial).channel("+5255") == channel


WRONG = {
    "calling_code": {"number_format": NumberFormat.NATIONAL},
    "calling_code ": {"calling_code": "52"},
    "national_prefix": {"national_prefix": "0"},
    "prefix": {"prefix": "1,2"},
    "presentation": {"dial": "Local/{number}@x", "presentation": Presentation.PROHIBITED},
}


@pytest.mark.parametrize(("field", "wish"), WRONG.items(), ids=WRONG)
def test_what_does_not_go_together_is_refused_by_name(field: str, wish: dict[str, str]) -> None:
    with pytest.raises(BadInputError) as wrong:
        Trunk(**{"dial": "PJSIP/{number}@c", **wish})  # type: ignore[arg-type]
    assert wrong.value.details["field"] == field.strip()
