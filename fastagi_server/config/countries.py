"""The countries: one file each, named for its slug; the operator's take the place of ours, whole.

This file does not know where a number belongs; it hands over what a country wants of a call.
"""

from __future__ import annotations

import dataclasses
import importlib.resources
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from fastagi_server.config import document
from fastagi_server.config.document import Table
from fastagi_server.config.mistakes import Mistake, Place, SettingError, Wrong, shown
from fastagi_server.config.read import Reader
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError

ENDING = ".yml"
MAX_AMD = 60_000  # a minute, in the milliseconds of AMD(); its counts and levels are below it too


def load(folder: Path | None = None) -> tuple[Country, ...]:
    """Give all countries in the order of their slugs: ours, and those of the operator's folder."""
    mistakes: list[Mistake] = []
    files = {each.name: each for each in _ours()}
    if folder is not None:
        files |= {each.name: each for each in _theirs(folder, mistakes)}
    read = [(file, _read(file, mistakes)) for _, file in sorted(files.items())]
    found = [(file, country) for file, country in read if country is not None]
    _refuse_shared_numbers(found, mistakes)
    if mistakes:
        raise SettingError(mistakes)
    return tuple(sorted((country for _, country in found), key=lambda each: each.slug))


def _ours() -> Iterator[Traversable]:
    folder = importlib.resources.files("fastagi_server.defaults") / "countries"
    return (each for each in folder.iterdir() if each.name.endswith(ENDING))


def _theirs(folder: Path, mistakes: list[Mistake]) -> list[Path]:
    try:
        files = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except OSError as wrong:
        told = wrong.strerror or "it cannot be read"
        _note(mistakes, Wrong.FILE, str(folder), value=told, expected="name a folder of country files")
        return []
    for each in files:
        if each.suffix == ".yaml":
            expected = f"a country's file ends in {ENDING}"
            _note(mistakes, Wrong.FILE, str(each), value="it would not be read", expected=expected)
    return [each for each in files if each.suffix == ENDING]


def _read(file: Traversable, mistakes: list[Mistake]) -> Country | None:
    try:
        with file.open("rb") as opened:
            raw = opened.read(document.MAX_BYTES + 1)
        tree = document.parse(raw, file=str(file), mistakes=mistakes)
    except OSError as wrong:
        told = wrong.strerror or "it cannot be read"
        _note(mistakes, Wrong.FILE, str(file), value=told, expected="name a file that this user can read")
        return None
    except SettingError as wrong:
        mistakes[:] = wrong.mistakes
        return None
    reader = Reader(mistakes=mistakes)
    country = reader.read(Country, tree)
    if country is not None:
        _refuse_oddities(country, tree, file.name.removesuffix(ENDING), reader)
    return country


def _refuse_oddities(country: Country, tree: Table, stem: str, reader: Reader) -> None:
    if country.slug != stem:
        expected = f"{stem}, the file's name"
        reader.note(Wrong.VALUE, tree.keys["slug"], key="slug", value=shown(country.slug), expected=expected)
    for name, section in (("texts", country.texts), ("amd", country.amd)):
        inner = tree.entries.get(name)
        for key, value in dataclasses.asdict(section).items():
            expected = _oddity(value)
            if expected and isinstance(inner, Table):
                reader.blame(BadInputError(field=key, value=value, expected=expected), inner, name)


def _oddity(value: int | str) -> str:
    if isinstance(value, str):
        return "" if value.strip() else "what the callee hears"
    return "" if 0 <= value <= MAX_AMD else f"0 to {MAX_AMD}"


def _refuse_shared_numbers(found: Iterable[tuple[Traversable, Country]], mistakes: list[Mistake]) -> None:
    owners: dict[str, Traversable] = {}
    for file, country in found:
        owner = owners.setdefault(country.iso, file)
        if owner is not file:
            expected = f"no other file's; {owner} has it, and a file of the same name takes its place"
            _note(mistakes, Wrong.VALUE, str(file), key="iso", value=shown(country.iso), expected=expected)


def _note(
    mistakes: list[Mistake], wrong: Wrong, file: str, *, value: str, expected: str, key: str = ""
) -> None:
    place = Place(file=file)
    mistakes.append(Mistake(wrong=wrong, place=place, key=key, value=value, expected=expected))
