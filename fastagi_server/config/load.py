"""Settings, read once at the door: the schema's defaults, then the file, .env, and the environment.

Every mistake is told at once and nothing is half loaded. Relative paths start where Discador was started.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.config import consistency, countries, document, dotenv, environment, secret, shapes
from fastagi_server.config.asterisk import Asterisk
from fastagi_server.config.document import Table
from fastagi_server.config.dotenv import Given
from fastagi_server.config.mistakes import HIDDEN, Mistake, Place, SettingError, Wrong, did_you_mean, shown
from fastagi_server.config.read import Reader
from fastagi_server.config.settings import Settings

DOTENV = ".env"
SEARCHED = (Path("discador.yml"), Path("/etc/discador/discador.yml"))


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The settings and where they came from; `tree` remembers the place of each."""

    settings: Settings
    tree: Table
    file: Path | None
    dotenv: Path | None


def load(path: Path | None, env: Mapping[str, str], *, searched: tuple[Path, ...] = SEARCHED) -> Settings:
    """Give the settings from one file, or from the first one found, or the defaults."""
    return read(path, env, searched=searched).settings


def read(path: Path | None, env: Mapping[str, str], *, searched: tuple[Path, ...] = SEARCHED) -> Loaded:
    """Give the settings with their places."""
    reader = Reader(mistakes=[])
    file, tree = _tree(path, env, searched, reader.mistakes)
    beside = (file.parent if file else Path()) / DOTENV
    given = _dotenv(beside, reader.mistakes)
    environment.overlay(Settings, tree, env, reader.mistakes, given or {})
    settings = reader.read(Settings, tree)
    if settings is not None:
        _refuse_clashes(settings, tree, reader)
        settings = _with_secrets(settings, tree, env, reader)
    if settings is None or reader.mistakes:
        raise SettingError(reader.mistakes)
    return Loaded(settings=settings, tree=tree, file=file, dotenv=None if given is None else beside)


def _tree(
    path: Path | None, env: Mapping[str, str], searched: tuple[Path, ...], mistakes: list[Mistake]
) -> tuple[Path | None, Table]:
    named = path or (Path(env[environment.CONFIG]) if env.get(environment.CONFIG) else None)
    for each in (named,) if named else searched:
        try:
            with each.open("rb") as file:
                raw = file.read(document.MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError) as wrong:
            if named:
                raise _unreadable(each, wrong) from None
        except OSError as wrong:
            raise _unreadable(each, wrong) from None
        else:
            return each, document.parse(raw, file=str(each), mistakes=mistakes)
    return None, Table(Place(file="the defaults"))


def _dotenv(path: Path, mistakes: list[Mistake]) -> dict[str, Given] | None:
    """Give what a .env file says; None where there is none. A folder of that name is somebody's venv."""
    try:
        if path.is_dir():
            return None
        # A pipe would hold the open for ever; looking at the open file leaves no gap to swap it in.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            seen = os.fstat(file.fileno())
            raw = file.read(dotenv.MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as wrong:
        raise _unreadable(path, wrong) from None
    given = dotenv.parse(raw, file=str(path), mistakes=mistakes)
    held = [each.name for each in environment.variables(Settings) if _holds(each, given)]
    try:
        if held:
            secret.refuse_open_doors(seen, path)
    except secret.Unusable as wrong:
        value = f"it holds a secret ({', '.join(held)}), and {wrong.wrong}"
        open_to_all = Mistake(
            wrong=Wrong.FILE, place=Place(file=str(path)), value=value, expected=wrong.remedy
        )
        mistakes.append(open_to_all)
    return given


def _holds(variable: environment.Variable, given: Mapping[str, Given]) -> bool:
    return variable.name in given and variable.holds_secret(given[variable.name].text)


def _unreadable(path: Path, wrong: OSError) -> SettingError:
    told = wrong.strerror or "it cannot be read"
    expected = "name a file that this user can read"
    return SettingError(
        [Mistake(wrong=Wrong.FILE, place=Place(file=str(path)), value=told, expected=expected)]
    )


def _place(tree: Table, keys: tuple[str, ...]) -> Place:
    """Give the place of a key, or the nearest above it that was written at all."""
    place, node = tree.place, tree
    for key in keys:
        place = node.keys.get(key, place)
        inner = node.entries.get(key)
        if not isinstance(inner, Table):
            break
        node = inner
    return place


def _refuse_clashes(settings: Settings, tree: Table, reader: Reader) -> None:
    for clash in consistency.clashes(settings):
        place, key = _place(tree, clash.keys), ".".join(clash.keys)
        reader.note(Wrong.VALUE, place, key=key, value=shown(clash.value), expected=clash.expected)
    named = consistency.named_countries(settings)
    if not named and settings.countries_folder is None:
        return
    try:
        slugs = {each.slug: each.iso for each in countries.load(settings.countries_folder)}
    except SettingError as wrong:
        reader.mistakes.extend(wrong.mistakes)
        return
    for keys in named:
        if keys[-1] not in slugs:
            word = next((slug for slug, iso in slugs.items() if iso == keys[-1].upper()), keys[-1])
            expected = f"a country's slug; {did_you_mean(word, slugs)}"
            reader.note(
                Wrong.UNKNOWN,
                _place(tree, keys),
                key=".".join(keys),
                expected=expected,
            )


def _with_secrets(settings: Settings, tree: Table, env: Mapping[str, str], reader: Reader) -> Settings:
    """Give each Asterisk its secret: from the environment, or from its file."""
    first = _with_secret(settings.asterisk, ("asterisk",), "", tree, reader)
    fleet = {
        name: _with_secret(
            asterisk, ("fleet", name), env.get(environment.fleet_variable(name), ""), tree, reader
        )
        for name, asterisk in settings.fleet.items()
    }
    return dataclasses.replace(settings, asterisk=first, fleet=fleet)


def _with_secret(
    asterisk: Asterisk, keys: tuple[str, ...], given: str, tree: Table, reader: Reader
) -> Asterisk:
    path = asterisk.secret_file
    if asterisk.secret or (path is None and not given):
        return asterisk
    try:
        held = given or secret.read(path or Path())
    except secret.Unusable as wrong:
        place = _place(tree, (*keys, "secret_file"))
        expected = f"a file for the secret alone: {wrong.wrong}; {wrong.remedy}"
        key = ".".join((*keys, "secret_file"))
        reader.note(Wrong.VALUE, place, key=key, value=shown(str(path)), expected=expected)
        return asterisk
    right = shapes.secret(held)
    if right:
        variable = environment.fleet_variable(keys[-1])
        reader.note(Wrong.VALUE, Place(file=variable), key=".".join(keys), value=HIDDEN, expected=right)
        return asterisk
    return dataclasses.replace(asterisk, secret=held)
