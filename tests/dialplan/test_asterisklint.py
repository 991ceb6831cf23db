"""What another checker of dialplans says of ours; each finding that is ignored has its reason here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.country import Country

LINT = Path(sys.executable).with_name("asterisklint")
IGNORED = {
    r"E_APP_MISSING: app 'AMD' ": "its list of applications lacks app_amd, which every Asterisk has",
    r"E_FUNC_MISSING: function 'HANGUPCAUSE' ": "its list lacks func_hangupcause, there since Asterisk 11",
    r"H_PAT_NON_CANONICAL: pattern '_\[0-9\*#A-D\]' ": "a set has no order; ours reads as a keypad",
}


def found(text: str, folder: Path) -> list[str]:
    """Let it look at a whole dialplan in which ours is included; give its findings without their places."""
    (folder / "discador.conf").write_text(text, encoding="utf-8")
    others = "".join(f"[{name}]\nexten => s,1,NoOp()\n" for name in ("ventas-mx", "discador-agents"))
    # It wants [general] and [globals], which are the operator's.
    operators = f"[general]\n[globals]\n#include discador.conf\n{others}"
    (folder / "extensions.conf").write_text(operators, encoding="utf-8")
    asked = [str(LINT), "dialplan-check", "extensions.conf"]
    told = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode in (0, 1), told.stderr
    return [line.partition(" ")[2] for line in (told.stdout + told.stderr).splitlines()]


@pytest.fixture
def text(every: tuple[Country, ...], settings: DialplanSettings) -> str:
    return render(every, settings)


def test_it_finds_nothing_else(text: str, tmp_path: Path) -> None:
    lines = found(text, tmp_path)

    assert [line for line in lines if not any(re.match(known, line) for known in IGNORED)] == []
    # What is ignored is still said: else the list would grow old.
    assert [known for known in IGNORED if not any(re.match(known, line) for line in lines)] == []


@pytest.mark.parametrize(
    ("written", "broken", "told"),
    [
        (" same => n,Hangup()", " same => n,Hangupp()", "E_APP_MISSING: app 'Hangupp'"),
        ("${LEN(${DISCADOR_AGI})}", "${LENGTH(${DISCADOR_AGI})}", "E_FUNC_MISSING: function 'LENGTH'"),
    ],
)
def test_it_would_find_a_slip(text: str, tmp_path: Path, written: str, broken: str, told: str) -> None:
    assert written in text

    assert any(line.startswith(told) for line in found(text.replace(written, broken), tmp_path))
