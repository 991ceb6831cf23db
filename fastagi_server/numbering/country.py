"""Which of the configured countries a number belongs to. It knows the ISO code and nothing of prefixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastagi_server.numbering.number import Number
from fastagi_server.telephony.country import Country


def by_iso(countries: Sequence[Country]) -> dict[str, Country]:
    """Make what country_of() looks up at once: whoever asks for many numbers makes it first."""
    return {each.iso: each for each in countries}


def country_of(number: Number, countries: Mapping[str, Country] | Sequence[Country]) -> Country | None:
    """Give the number's country, or None where its region is not known or not configured."""
    if not number.iso:
        return None
    if isinstance(countries, Mapping):
        return countries.get(number.iso)
    return next((each for each in countries if each.iso == number.iso), None)
