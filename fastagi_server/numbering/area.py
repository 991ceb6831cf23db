"""The area code of a number, where one says where its owner is; where mobiles have none, of landlines only.

A table of lengths by prefix, for E.164 numbers of the Americas. It does not say whether a number exists.
"""

from __future__ import annotations

import re
from typing import Final

# NANP: toll-free, personal and premium codes are nobody's area (facts of the plan: nanpa.com).
_NOWHERE: Final = frozenset(
    {"500", "600", "700", "800", "833", "844", "855", "866", "877", "888", "900"}
    | {f"5{n}{n}" for n in "23456789"}
    | {f"6{n}{n}" for n in "2345"}
)
# The longest prefix that fits says how many digits, the prefix's own calling code included, are the area.
_LENGTHS: Final = {
    "52": 5,
    **dict.fromkeys(("5255", "5256", "5233", "5281"), 4),
    "55": 4,
    "5760": 5,
    "511": 3,
    **{f"51{n}": 4 for n in "45678"},
    "562": 3,
    **{f"56{n}": 4 for n in "34567"},
    "582": 5,
    **{f"593{n}": 4 for n in "234567"},
    **{f"591{n}": 4 for n in "234"},
}
_LONGEST: Final = max(map(len, _LENGTHS))
# Argentina: 11, then codes of three digits, all others have four; a mobile is written with a 9 before it.
_ARGENTINA: Final = "54"
_ARGENTINE_THREE: Final = re.compile(
    r"22[013]|23[067]|249|26[01346]|280|29[14789]|336|34[12358]|35[138]|36[24]|37[069]|38[013578]"
)


def area_of(e164: str) -> str:
    """Give the calling code and the area code, like +1212 or +5255; empty where the number tells no place."""
    digits = e164[1:]
    if digits.startswith("1"):
        npa = digits[1:4]
        return f"+1{npa}" if len(npa) == len("212") and npa not in _NOWHERE else ""
    if digits.startswith(_ARGENTINA):
        return _argentine(digits[len(_ARGENTINA) :])
    for size in range(_LONGEST, 1, -1):
        length = _LENGTHS.get(digits[:size])
        if length is not None:
            return f"+{digits[:length]}"
    return ""


def _argentine(national: str) -> str:
    place = national.removeprefix("9")
    if place.startswith("11"):
        return "+5411"
    return f"+54{place[:3] if _ARGENTINE_THREE.match(place) else place[:4]}"
