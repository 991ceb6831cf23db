"""Numbers of the Americas made from the library's own patterns, by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata

from fastagi_server.numbering.americas import CALLING_CODES
from fastagi_server.numbering.pattern import DIGITS, END, Pattern

KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager",
    "uan", "voicemail",
)  # fmt: skip
SEED = 20261123
VALID, NEAR = 100_000, 5_000


def patterns() -> list[tuple[str, str, Pattern]]:
    """Give calling code, region and pattern of each kind of number of each region."""
    found = []
    for code in CALLING_CODES:
        for iso in phonenumbers.region_codes_for_country_code(int(code)):
            metadata = PhoneMetadata.metadata_for_region(iso)
            descs = (getattr(metadata, kind) for kind in KINDS)
            texts = {desc.national_number_pattern for desc in descs if desc} - {None}
            found += [(code, iso, Pattern(text)) for text in sorted(texts)]
    return found


def stroll(pattern: Pattern, chance: random.Random) -> str:
    """Give digits that the pattern takes."""
    here, digits = pattern.first, ""
    while END not in here:
        ways = [(digit, there) for digit in DIGITS if (there := pattern.step(here, digit))]
        digit, here = chance.choice(ways)
        digits += digit
    return digits


def spoil(digits: str, chance: random.Random) -> str:
    """Change, double, drop or cut at one digit, never the first."""
    at, new = chance.randrange(1, len(digits)), chance.choice(DIGITS)
    head, tail = digits[:at], digits[at:]
    return chance.choice([head + new + tail[1:], head + new + tail, head + tail[1:], head])


def generate(chance: random.Random) -> Iterator[str]:
    """Give numbers that the library calls valid, each region as often as it has kinds, without an end."""
    found = patterns()
    while True:
        code, _, pattern = chance.choice(found)
        text = f"+{code}{stroll(pattern, chance)}"
        if phonenumbers.is_valid_number(phonenumbers.parse(text, None)):
            yield text


@pytest.fixture(scope="session")
def sample() -> list[str]:
    """Give the valid numbers, and behind them the near-misses."""
    chance = random.Random(SEED)
    source = generate(chance)
    valid = [next(source) for _ in range(VALID)]
    return valid + [f"+{spoil(text[1:], chance)}" for text in valid[:NEAR]]
