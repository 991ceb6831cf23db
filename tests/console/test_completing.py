from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.console.completing import SHELLS

ASK = """
eval "$(discador completion bash)"
complete -p discador
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_discador_completion discador
printf '%s\\n' "${COMPREPLY[@]}"
"""
Complete = Callable[..., list[str]]


@pytest.fixture
def complete(discador: Any, tmp_path: Path) -> Complete:
    """Type words into a real bash and press the tabulator."""
    program = tmp_path / "bin" / "discador"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m fastagi_server "$@"\n')
    program.chmod(0o755)
    (tmp_path / "people.csv").write_text("+525550001003\n")
    for name in ("spring", "summer"):
        assert discador("campaign", "create", name, "--list", str(tmp_path / "people.csv")).code == 0

    def ask(*words: str, config: str = "discador.yml") -> list[str]:
        env = {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "DISCADOR_CONFIG": str(tmp_path / config),
            "LANG": "C.UTF-8",
        }
        bash = ["bash", "--norc", "--noprofile", "-c", ASK, "bash", "discador", *words]
        told = subprocess.run(
            bash, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
        )
        registered, *found = told.stdout.splitlines()
        assert "_discador_completion discador" in registered
        assert told.stderr == ""
        return [each for each in found if each]

    return ask


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("camp",), ["campaign"]),
        (("campaign", "st"), ["start", "status", "stop"]),
        (("campaign", "start", ""), ["spring", "summer"]),
        (("campaign", "report", "sp"), ["spring"]),
        (("campaign", "create", "s"), []),
        (("calls", "--campaign", "su"), ["summer"]),
        (("call", "+525550001003", "--trunk", ""), ["carrier"]),
        (("did", "usage", "--country", "mex"), ["mexico"]),
        (("calls", "--outcome", "bu"), ["busy"]),
        (("--lang", ""), ["en", "es", "pt"]),
        (("completion", "z"), ["zsh"]),
    ],
)
def test_bash_completes(complete: Complete, words: tuple[str, ...], wanted: list[str]) -> None:
    assert sorted(complete(*words)) == wanted


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_whatever_is_wrong_it_completes_nothing_and_says_nothing(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("desc: [\n")
    (tmp_path / "no-store.yml").write_text(f"database_url: sqlite:///{tmp_path}/none.db\n")

    assert complete("campaign", "start", "", config="broken.yml") == []
    assert complete("campaign", "start", "", config="no-store.yml") == []
    assert complete("call", "--trunk", "", config="broken.yml") == []
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_its_script(discador: Any, shell: str) -> None:
    told = discador("completion", shell)

    assert told.code == 0
    assert "_DISCADOR_COMPLETE" in told.out
    assert "discador" in told.out


@pytest.mark.parametrize(("shell", "option"), [("zsh", "-n"), ("fish", "--no-execute")])
def test_a_shell_that_is_here_can_read_its_script(
    discador: Any, tmp_path: Path, shell: str, option: str
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    (tmp_path / "script").write_text(discador("completion", shell).out)

    subprocess.run([program, option, str(tmp_path / "script")], check=True)


def test_another_shell_is_asked_wrongly(discador: Any) -> None:
    assert discador("completion", "tcsh").code == 2
