from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("command", ["add", "import", "export"])
@pytest.mark.parametrize("lang", ["en", "es", "pt"])
def test_every_command_has_its_help(discador: Any, command: str, lang: str) -> None:
    assert discador("--lang", lang, "optout", command, "--help").code == 0
    assert f"  {command} " in discador("--lang", lang, "optout", "--help").out


@pytest.mark.parametrize(
    "argv",
    [
        ("add",),
        ("add", "+525550001003"),
        ("import",),
        ("export",),
        ("export", "-", "--format", "xml"),
        ("forget",),
    ],
)
def test_a_wrong_command_line_is_2(discador: Any, argv: tuple[str, ...]) -> None:
    told = discador("optout", *argv)

    assert (told.code, told.out) == (2, "")
