"""Which of the configured countries a number belongs to. It knows the ISO code and nothing of prefixes."""

from __future__ import annotations

from collections.abc import Sequence

from fastagi_server.numbering.number import Number
from fastagi_server.telephony.country import Country


def country_of(number: Number, countries: Sequence[Country]) -> Country | None:
    """Give the number's country, or None where its region is not known or not configured."""
    return next((each for each in countries if number.iso and each.iso == number.iso), None)
