"""The systemd unit names what is there: our command and the folders of the walk, with no right too many."""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console import cli
from fastagi_server.console.tongue import Tongue

HOUSE = Path(__file__).parents[2]
INSTALLATION = (HOUSE / "docs/installation.md").read_text()


@pytest.fixture
def unit() -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((HOUSE / "etc/discador.service").read_text())
    return unit


def test_it_starts_a_command_of_ours_where_the_walk_puts_it(unit: configparser.ConfigParser) -> None:
    program, option, config, command = shlex.split(unit["Service"]["ExecStart"])
    ours = cli.build(Tongue(Language.ENGLISH), [])

    assert command in ours.commands
    assert option in {name for each in ours.params for name in each.opts}
    assert program == "/opt/discador/bin/discador"
    assert "python3 -m venv /opt/discador" in INSTALLATION
    assert f"cat > {config}" in INSTALLATION


@pytest.mark.parametrize(("kind", "root"), [("State", "/var/lib"), ("Logs", "/var/log"), ("Runtime", "/run")])
def test_its_folders_are_those_of_the_walk(unit: configparser.ConfigParser, kind: str, root: str) -> None:
    assert f"{root}/{unit['Service'][f'{kind}Directory']}" in INSTALLATION


def test_it_may_write_nowhere_else_and_is_nobody_special(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]

    assert (service["User"], service["ProtectSystem"]) == ("discador", "strict")
    assert (service["NoNewPrivileges"], service["UMask"]) == ("yes", "0027")
    assert "ReadWritePaths" not in service
