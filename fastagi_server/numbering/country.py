"""Which of the configured countries a number belongs to, or a word means. It knows nothing of prefixes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from fastagi_server.numbering.number import Number
from fastagi_server.telephony.country import Country


def by_iso(countries: Sequence[Country]) -> dict[str, Country]:
    """Make what country_of() looks up at once: whoever asks for many numbers makes it first."""
    return {each.iso: each for each in countries}


def by_name(countries: Sequence[Country]) -> dict[str, Country]:
    """Make what named() looks up: each country by every name that it goes by, slug and ISO code."""
    return {name: each for each in countries for name in (each.slug, plain(each.iso))}


def named(name: str, names: Mapping[str, Country]) -> Country | None:
    """Give the country that is called mexico, México, MX or mx; None where there is none of that name."""
    return names.get(plain(name))


def plain(name: str) -> str:
    """Give a country's name as we write it: México is mexico, Costa Rica costa_rica."""
    split = unicodedata.normalize("NFKD", name.strip().lower())
    return "".join(char for char in split if not unicodedata.combining(char)).replace(" ", "_")


def country_of(number: Number, countries: Mapping[str, Country] | Sequence[Country]) -> Country | None:
    """Give the number's country, or None where its region is not known or not configured."""
    if not number.iso:
        return None
    if isinstance(countries, Mapping):
        return countries.get(number.iso)
    return next((each for each in countries if each.iso == number.iso), None)
