"""The laws that no linter knows: a test for every file, no long file, no name without a thing."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGE = HOUSE / "fastagi_server"
FORBIDDEN = {"utils", "helpers", "common", "base", "manager", "misc"}
LONGEST = 300


def behaves(path: Path) -> bool:
    """Say whether a file does anything; words alone (values, ports, sentences) need no test."""
    functions = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    return any(
        not (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
        for function in functions
        if function.name != "__init__"
        for step in function.body
    )


# A folder's opening page has no behaviour of its own unless it says more than names; migrations are
# tried by tests/store/test_migrate.py as a whole.
SOURCES = sorted(
    path.relative_to(PACKAGE)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" and "migrations" not in path.parts
)


def tracked() -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return [HOUSE / line for line in told.stdout.splitlines() if (HOUSE / line).is_file()]


@pytest.mark.parametrize("source", [source for source in SOURCES if behaves(PACKAGE / source)], ids=str)
def test_every_source_file_has_its_test_at_the_mirrored_path(source: Path) -> None:
    test = HOUSE / "tests" / source.parent / f"test_{source.stem.strip('_')}.py"

    assert test.is_file(), f"{source} has no {test.relative_to(HOUSE)}"


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_no_file_is_longer_than_a_person_can_hold(source: Path) -> None:
    assert len((PACKAGE / source).read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_every_file_opens_with_its_rule(source: Path) -> None:
    assert (PACKAGE / source).read_text().startswith('"""')


def test_no_name_without_a_thing() -> None:
    named = {part for source in SOURCES for part in (*source.parts[:-1], source.stem)}

    assert not named & FORBIDDEN


def test_every_package_travels_in_the_wheel() -> None:
    setup = configparser.ConfigParser()
    setup.read(HOUSE / "setup.cfg")
    named = set(setup["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(HOUSE).parts) for path in PACKAGE.rglob("__init__.py")}

    assert named >= there


def test_nothing_tracked_names_a_path_of_a_developers_machine_or_a_secret() -> None:
    private = re.compile(r"/(?:work|root|home)/[a-z.]|-----BEGIN [A-Z ]*PRIVATE KEY")
    guilty = [
        f"{path.relative_to(HOUSE)}:{number}"
        for path in tracked()
        if path.suffix not in {".wav", ".png"} and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if private.search(line)
    ]

    assert guilty == []
