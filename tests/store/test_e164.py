from __future__ import annotations

import pytest

from fastagi_server.store import e164
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize("number", ["+525512345678", "+1234", "+123456789012345"])
def test_a_number_is_given_back_as_it_is(number: str) -> None:
    assert e164.checked(number) == number


@pytest.mark.parametrize(
    "number", ["", "525512345678", "+0123456", "+123", "+1234567890123456", "+52 55", "+1234\n"]
)
def test_any_other_shape_is_refused(number: str) -> None:
    with pytest.raises(BadInputError, match=r"it should be E\.164 with \+"):
        e164.checked(number)
