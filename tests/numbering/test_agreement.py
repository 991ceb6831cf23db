"""What the table says is what the library says, in a process that has never seen the library."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from fastagi_server.numbering.americas import CALLING_CODES
from fastagi_server.numbering.authority import read
from fastagi_server.numbering.number import Number
from fastagi_server.numbering.parse import parse

READER = """
import sys
from fastagi_server.numbering.parse import parse
from fastagi_server.numbering.zones import zones
for line in sys.stdin:
    number = parse(line.rstrip("\\n"))
    print(number.raw, number.why, number.e164, number.iso, number.rule, *zones(number), sep="|")
assert "phonenumbers" not in sys.modules
"""
REGIONS = sorted(
    {region for code in CALLING_CODES for region in phonenumbers.region_codes_for_country_code(int(code))}
)


def told(number: Number) -> str:
    return "|".join(map(str, (number.raw, number.why, number.e164, number.iso, number.rule)))


@pytest.fixture(scope="module")
def answers(sample: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", READER], input="\n".join(sample), capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.timeout(400)  # some hundred thousand numbers are asked of the library
def test_without_the_library_every_answer_is_the_librarys(sample: list[str], answers: list[str]) -> None:
    assert len(answers) == len(sample) == 105_000
    expected = [told(read(text)) for text in sample]
    assert [answer[: len(right)] for answer, right in zip(answers, expected, strict=True)] == expected


def test_the_sample_is_of_all_kinds_and_the_near_misses_miss(answers: list[str]) -> None:
    whys = [answer.split("|")[1] for answer in answers]
    isos = {answer.split("|")[3] for answer in answers}
    assert len(set(whys)) >= 12
    assert isos - {""} == set(REGIONS)
    unknown = {"unassigned", "too_short", "too_long", "short_code", "no_country_code", "outside"}
    assert sum(why in unknown for why in whys[100_000:]) > 3_000


@pytest.mark.parametrize("region", REGIONS)
def test_every_example_number_of_the_library_is_read_as_the_library_reads_it(region: str) -> None:
    found = [phonenumbers.example_number_for_type(region, kind) for kind in PhoneNumberType.values()]
    found += [phonenumbers.example_number(region), phonenumbers.invalid_example_number(region)]
    texts = [phonenumbers.format_number(each, PhoneNumberFormat.E164) for each in found if each]
    assert len(texts) > 2
    assert [parse(text) for text in texts] == [read(text) for text in texts]


@given(
    st.sampled_from(["", *CALLING_CODES, "540", "549", "550", "5590", "521", "1268"]),
    st.from_regex(r"\A[0-9]{0,16}\Z"),
)
@example("54", "1115234567890")
@example("54", "9111523456789")
@example("55", "9034567890")  # 90 is an area's beginning, and the prefix of a collect call
@example("55", "01511987654321")
@example("", "")
@example("1", "1")
@example("52", "1")
@example("1268", "0000000")
def test_any_digits_are_read_as_the_library_reads_them(code: str, rest: str) -> None:
    assert parse(code + rest) == read(code + rest)


@given(st.text(max_size=70))
def test_any_text_is_read_alike(text: str) -> None:
    assert parse(text) == read(text)
