"""A number in plain words for people and programs: what `discador number` tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastagi_server.numbering.country import country_of
from fastagi_server.numbering.parse import parse
from fastagi_server.numbering.zones import zones
from fastagi_server.telephony.country import Country

Described = dict[str, str | bool | list[str] | None]


def describe(text: str, countries: Sequence[Country] | Mapping[str, Country]) -> Described:
    """Say what the text is as a number; what is not known is None, and there are no zones then."""
    number = parse(text)
    country = country_of(number, countries)
    return {
        "raw": number.raw,
        "e164": number.e164 or None,
        "iso": number.iso or None,
        "country": country.slug if country else None,
        "zones": list(zones(number)),
        "dialable": number.dialable,
        "why": number.why.value,
    }
