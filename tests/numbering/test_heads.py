"""A region's numbers begin with its heads, and no longer head is another region's."""

from __future__ import annotations

from fastagi_server.numbering.heads import heads
from fastagi_server.numbering.parse import parse


def test_one_region_has_its_calling_code_and_several_share_one() -> None:
    assert (heads("MX"), heads("US"), heads("XX")) == (("52",), ("1",), ())
    assert heads("PR") == ("1787", "1939")
    assert {"1416", "1604", "1905"} < set(heads("CA"))


def test_the_longest_head_tells_the_region_of_every_number(sample: list[str]) -> None:
    numbers = [number for text in sample[:20_000] if (number := parse(text)).dialable]
    assert len(numbers) > 5_000
    owner = {digits: iso for iso in {number.iso for number in numbers} for digits in heads(iso)}
    for number in numbers:
        own = (number.e164[1:end] for end in range(len(number.e164), 1, -1))
        assert owner[next(digits for digits in own if digits in owner)] == number.iso
