"""Every way in which a wire bites has its row, and every row the tests that hold it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs/hostile-wires.md").read_text()
# A row that is taken away must be taken from here too.
ROWS = {
    "What other libraries get wrong": 12,
    "More that bites": 20,
    "Identity and order": 4,
    "AGI": 12,
    "AMI": 9,
}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> dict[str, list[str]]:
    """Give the rows of each section, without the tables' heads."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return {
        title: [line for line in body.splitlines() if line.startswith("| ")][2:]
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def names_in(file: str) -> set[str]:
    tree = ast.parse((HOUSE / file).read_text())
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


def test_no_row_is_lost() -> None:
    assert {title: len(lines) for title, lines in rows().items()} == ROWS


@pytest.mark.parametrize("row", [line for lines in rows().values() for line in lines])
def test_what_a_row_names_is_there(row: str) -> None:
    named = NAMED.findall(row)

    assert named
    assert [name for file, name in named if name not in names_in(file)] == []
