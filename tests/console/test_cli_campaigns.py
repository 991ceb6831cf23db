from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("command", ["create", "start", "stop", "status", "list", "report"])
@pytest.mark.parametrize("lang", ["en", "es", "pt"])
def test_every_command_has_its_help(discador: Any, command: str, lang: str) -> None:
    assert discador("--lang", lang, "campaign", command, "--help").code == 0
    assert f"  {command} " in discador("--lang", lang, "campaign", "--help").out


@pytest.mark.parametrize(
    "options",
    [
        ("--cps", "-1"),
        ("--cps", "1001"),
        ("--concurrency", "-1"),
        ("--concurrency", "9" * 30),
        ("--retries", "101"),
        ("--retry-seconds", "x"),
    ],
)
def test_limits_out_of_bounds_are_2(discador: Any, tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "list.csv").write_text("+525550001003\n")

    told = discador("campaign", "create", "spring", "--list", str(tmp_path / "list.csv"), *options)

    assert (told.code, told.out) == (2, "")


@pytest.mark.parametrize("argv", [("create", "spring"), ("start",), ("report",), ("pause", "spring")])
def test_a_wrong_command_line_is_2(discador: Any, argv: tuple[str, ...]) -> None:
    assert discador("campaign", *argv).code == 2
