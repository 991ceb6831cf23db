from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.telephony.country import MAX_CAP


@pytest.mark.parametrize("command", ["import", "list", "usage", "limit", "reset"])
@pytest.mark.parametrize("lang", ["en", "es", "pt"])
def test_every_command_has_its_help(discador: Any, command: str, lang: str) -> None:
    told = discador("--lang", lang, "did", command, "--help")

    assert told.code == 0
    assert f"  {command} " in discador("--lang", lang, "did", "--help").out


@pytest.mark.parametrize(
    "argv",
    [
        ("number",),
        ("did", "import"),
        ("did", "limit", "usa", "x", "--who", "ana"),
        ("did", "limit", "usa", str(MAX_CAP + 1), "--who", "ana"),
        ("did", "reset", "usa", "--why", "x"),
        ("did", "borrow"),
    ],
)
def test_a_wrong_command_line_is_2(discador: Any, argv: tuple[str, ...]) -> None:
    told = discador(*argv)

    assert (told.code, told.out) == (2, "")
