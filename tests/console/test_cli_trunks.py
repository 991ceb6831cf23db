"""The commands about trunks have their help, and complete names."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("command", ["list", "show", "render"])
@pytest.mark.parametrize("lang", ["en", "es", "pt"])
def test_every_command_has_its_help(discador: Any, command: str, lang: str) -> None:
    assert discador("--lang", lang, "trunk", command, "--help").code == 0
    assert f"  {command} " in discador("--lang", lang, "trunk", "--help").out


def test_show_wants_a_name(discador: Any) -> None:
    assert discador("trunk", "show").code == 2
