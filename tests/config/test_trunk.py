"""A trunk puts the number into its dial string as its carrier wants it."""

from __future__ import annotations

import pytest

from fastagi_server.config.trunk import NumberFormat, Trunk
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
