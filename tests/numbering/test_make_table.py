"""The files that travel are what this release of the library makes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers.phonemetadata import PhoneNumberDesc

from fastagi_server.numbering import make_table
from fastagi_server.numbering.make_table import Head, Region, Whole
from fastagi_server.numbering.pattern import END
from fastagi_server.numbering.table import table


def test_the_files_are_those_that_the_installed_library_makes() -> None:
    made_from, here = table().made_from, phonenumbers.__version__
    if made_from != here:
        pytest.fail(
            f"The numbering table was made from phonenumbers {made_from}, and {here} is installed. "
            "Take the newer plans in (name it in setup.cfg, run scripts/generate) or install the older."
        )
    for name, text in make_table.files().items():
        same = (make_table.HERE / name).read_text("utf-8") == text
        assert same, f"{name} is not what the library makes of it: run scripts/generate"


def test_generate_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_table, "HERE", tmp_path)
    make_table.main()
    assert (
        json.loads((tmp_path / "americas.json").read_text("utf-8"))["made_from"] == phonenumbers.__version__
    )
    assert (tmp_path / "zones.json").exists()


def test_it_needs_nothing_that_it_has_made_itself() -> None:
    code = "import sys, fastagi_server.numbering.make_table; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "fastagi_server.numbering.table" not in done.stdout.split()


def test_a_head_need_only_stand_at_the_head() -> None:
    head = Head("[347]")
    here = head.step(head.step(head.first, "3"), "9")
    assert here == head.step(head.first, "7")
    assert head.step(head.first, "5") == frozenset()


def test_a_whole_wants_its_lengths_too() -> None:
    whole = Whole(PhoneNumberDesc(national_number_pattern=r"1\d?", possible_length=(2,)))
    one = whole.step(whole.first, "1")
    assert END in one
    assert not whole.fits(one, 1)
    assert whole.fits(whole.step(one, "5"), 2)
    assert not Whole(None).fits(Whole(None).first, 0)


@pytest.fixture
def kind_in() -> Callable[[str, str], int | None]:
    def kind(iso: str, national: str) -> int | None:
        region = Region(iso)
        here = region.first
        for digit in national:
            there = region.step(here, digit)
            if there is None:
                return None
            here = there
        return region.kind(here, len(national))

    return kind


@pytest.mark.parametrize(
    ("iso", "national", "kind"),
    [
        ("BR", "11987654321", phonenumbers.PhoneNumberType.MOBILE),
        ("US", "2125671234", phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE),
        ("US", "8005671234", phonenumbers.PhoneNumberType.TOLL_FREE),
        ("JM", "2125671234", None),
        ("JM", "876567123", None),
    ],
)
def test_a_region_knows_the_kind_of_its_numbers(
    iso: str, national: str, kind: int | None, kind_in: Callable[[str, str], int | None]
) -> None:
    assert kind_in(iso, national) == kind


def test_what_is_long_is_written_a_line_an_entry() -> None:
    text = make_table.written({"a": "1", "b": [[1], [2]], "c": {"d": 3, "e": 4}, "f": ["g", "h"]})
    assert json.loads(text) == {"a": "1", "b": [[1], [2]], "c": {"d": 3, "e": 4}, "f": ["g", "h"]}
    assert text.splitlines() == [
        "{", '"a": "1",', '"b": [', "[1],", "[2]", "],", '"c": {', '"d": 3,', '"e": 4', "},",
        '"f": ["g", "h"]', "}",
    ]  # fmt: skip
