from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_module_is_the_command_from_any_folder() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "fastagi_server", "--version"],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.startswith("discador, version ")


def test_the_installed_command_is_the_same() -> None:
    command = Path(sys.executable).parent / "discador"
    told = subprocess.run([command, "--help"], cwd="/", capture_output=True, text=True, check=True)

    assert "serve" in told.stdout
