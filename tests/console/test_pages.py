from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console import cli
from fastagi_server.console.pages import SECTIONS, commands
from fastagi_server.console.tongue import TABLES, Tongue

DISCADOR = cli.build(Tongue(Language.ENGLISH), [])
PATHS = sorted(path for path, _ in commands(DISCADOR))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", TABLES)
def test_every_command_has_a_page_with_its_sentence_what_it_does_and_examples(
    discador: Any, path: str, language: Language
) -> None:
    say = Tongue(language).say
    told = discador("--lang", str(language), *path.split(), "--help")
    # Click breaks lines where a terminal ends.
    whole = " ".join(told.out.split())

    assert told.code == 0
    assert say(f"page.{path.replace(' ', '_')}") in whole
    assert f"{say('page.examples')} " in whole
    assert told.out.count("\n    ") >= 2
    assert f"discador {path}" in whole or path == "completion"


@pytest.mark.parametrize("language", TABLES)
def test_the_help_shows_every_command_once_under_its_purpose(discador: Any, language: Language) -> None:
    out = discador("--lang", str(language), "--help").out
    heads = [Tongue(language).say(f"section.{section}") + ":" for section in SECTIONS]
    lines = out.splitlines()

    assert [line for line in lines if line in heads] == heads[:-1]
    for name in DISCADOR.commands:
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1


def test_a_command_of_no_section_is_shown_in_the_last(discador: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECTIONS, "calling", ("serve", "call", "calls", "optout"))

    assert "\nMore:\n  optouts" in discador("--help").out


def test_defaults_are_shown_and_empty_ones_are_not(discador: Any) -> None:
    create = discador("campaign", "create", "--help").out

    assert "[default: 3600;" in create
    assert '""' not in create
    assert "False" not in create
    assert "predeterminado: 20" in discador("--lang", "es", "calls", "--help").out


def test_the_page_says_which_commands_have_json() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    (told,) = re.findall(r"These have `--json`: (.*?)\n\n", text, re.DOTALL)
    named = set(re.findall(r"`([a-z ]+)`", told))
    have = {
        path for path, command in commands(DISCADOR) if any("--json" in each.opts for each in command.params)
    }

    assert {path if path in named else path.split()[0] for path in have} == named
    # What a person reads, or a program runs, has none.
    assert set(PATHS) - have == {"serve", "completion", "trunk render", "optout export"}
