"""docs/countries.md has every key and every country, as they are."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from fastagi_server.config.countries import load
from fastagi_server.telephony.country import Country, Texts

DOC = (Path(__file__).parents[2] / "docs/countries.md").read_text("utf-8")


def test_every_key_has_its_line() -> None:
    names = {each.name for each in fields(Country)} - {"texts"} | {
        f"texts.{each.name}" for each in fields(Texts)
    }
    assert [name for name in sorted(names) if f"\n| `{name}` | " not in DOC] == []


def test_every_country_stands_in_the_list_as_it_is() -> None:
    rows = [
        f"| {each.slug} | {each.iso} | {each.code} | {', '.join(each.languages)} | {each.connect_key} "
        f"| {each.cap} | {each.zone} |"
        for each in load()
    ]
    assert [row for row in rows if f"\n{row}\n" not in DOC] == []
