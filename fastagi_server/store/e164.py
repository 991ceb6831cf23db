"""The shape that every number in the store has. This file does not know who may be called."""

from __future__ import annotations

import re

from fastagi_server.telephony.errors import BadInputError

_E164 = re.compile(r"\+[1-9][0-9]{3,14}")


def checked(number: str) -> str:
    """Give the number back; one in any other shape would never be found here, so it is refused."""
    if not _E164.fullmatch(number):
        raise BadInputError(field="number", value=number, expected="E.164 with +, like +525512345678")
    return number
