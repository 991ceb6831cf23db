"""Every example that the help shows is run, in the order of a first day."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console import cli, standing
from fastagi_server.console.examples import EXAMPLES
from fastagi_server.console.pages import commands
from fastagi_server.console.tongue import Tongue

PEOPLE = "number\n+525550001003\n+12125550123\n+5511955501234\n12\n"
DIDS = "number\n+12125559001\n+12125559002\n"
LEAVERS = "number\n+525550001008\n"
ONE_DID = "number\n+12125559002\n"
RETIRING = ("did retire", "did restore", "did release")
# What needs a service or an Asterisk is asked rightly, and not done here.
ASTERISK = ("asterisk list", "asterisk drain", "asterisk resume")
NOT_DONE_HERE = ("call", "campaign start", "campaign stop", "pacing show")
NOT_DONE_HERE += ASTERISK


def test_every_command_has_two_or_three_examples() -> None:
    paths = {path for path, _ in commands(cli.build(Tongue(Language.ENGLISH), []))}

    assert set(EXAMPLES) == paths
    assert {path for path, lines in EXAMPLES.items() if not 2 <= len(lines) <= 3} == set()


def test_every_example_is_of_its_command_and_works(discador: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(discador.folder)
    monkeypatch.setattr(standing, "SECOND", 0.0)
    monkeypatch.setattr(standing, "_goes_on", lambda _: False)
    (discador.folder / "people.csv").write_text(PEOPLE)
    (discador.folder / "leavers.csv").write_text(LEAVERS)
    for path, lines in EXAMPLES.items():
        # One number is retired by itself, the other by the file.
        (discador.folder / "dids.csv").write_text(ONE_DID if path in RETIRING else DIDS)
        for line in lines:
            if path == "completion":
                assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0
                continue
            command, *argv = shlex.split(line)
            argv = argv[2:] if argv[0] == "--config" else argv
            told = discador(*argv)

            assert command == "discador"
            assert " ".join(argv).startswith(path) or argv[0] == "--lang"
            # Of a campaign that the store does not have by then nobody is told.
            refused = 2 if "campaign:spring" in argv else 1
            assert told.code == (refused if path in NOT_DONE_HERE else 0), f"{line}: {told.err}{told.out}"
