"""The zones' file is made here, from the library's data and from what it has wrong.

Run by scripts/generate. A zone too many costs an hour of calling; a zone too few calls somebody at night.
"""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

from fastagi_server.numbering.americas import CALLING_CODES

Zones = tuple[str, ...]
_CHILE = ("America/Punta_Arenas", "America/Santiago", "Pacific/Easter")
_EASTER = ("America/Santiago", "Pacific/Easter")

# By the digits that a number begins with; whatever the library says of longer digits goes too.
PLACES: Mapping[str, Zones] = {
    "505": ("America/Managua",),  # the library says Chicago, whose summer time Nicaragua has not
    "5591": ("America/Belem",),  # Pará has had the hour of Belém in all its parts since 2008; not Manaus
    "5593": ("America/Belem",),
    "5594": ("America/Belem",),
    "5661": ("America/Punta_Arenas",),  # Magallanes
    "5667": ("America/Punta_Arenas",),  # Aysén, which took the same hour in 2025
    "5632210": _EASTER,  # Rapa Nui shares the area code of Valparaíso
    "5632255": _EASTER,
    "569": _CHILE,  # a mobile may be in the far south, or on Rapa Nui
}
# For numbers that have no place at all.
NATIONWIDE: Mapping[str, Zones] = {"505": ("America/Managua",), "56": _CHILE}
# Debian keeps the old names in a package of its own, which a server need not have.
RENAMED = {"America/Buenos_Aires": "America/Argentina/Buenos_Aires", "America/Godthab": "America/Nuuk"}


def make() -> dict[str, object]:
    """Give what is written to the zones' file."""
    theirs = {digits: names for digits, names in TIMEZONE_DATA.items() if digits.startswith(CALLING_CODES)}
    ours = tuple(PLACES)
    places = {digits: names for digits, names in theirs.items() if not digits.startswith(ours)} | dict(PLACES)
    nationwide = {code: NATIONWIDE.get(code, theirs[code]) for code in CALLING_CODES}
    return {
        "made_from": phonenumbers.__version__,
        "nationwide": _by_zones(nationwide),
        "places": _by_zones(places),
    }


def _by_zones(found: Mapping[str, Zones]) -> dict[str, str]:
    heads: dict[str, list[str]] = {}
    for digits, names in sorted(found.items()):
        today = " ".join(RENAMED.get(name, name) for name in names)
        heads.setdefault(today, []).append(digits)
    return {names: " ".join(digits) for names, digits in sorted(heads.items())}
