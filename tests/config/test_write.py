"""What is committed is what the schema says; nobody edits it by hand."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from fastagi_server.config import write
from fastagi_server.config.document import Table, parse
from fastagi_server.config.environment import variables
from fastagi_server.config.load import load
from fastagi_server.config.settings import Settings

HOUSE = Path(__file__).parents[2]


@pytest.mark.parametrize(("path", "text"), [(write.FILE, write.settings_file()), (write.PAGE, write.page())])
def test_what_is_committed_is_what_the_schema_says(path: Path, text: str) -> None:
    assert (HOUSE / path).read_text(encoding="utf-8") == text, "run scripts/generate"


def test_the_written_file_is_the_defaults_and_holds_every_key(tmp_path: Path) -> None:
    write.write(tmp_path)
    path = tmp_path / write.FILE
    assert load(path, {}) == Settings()
    tree = parse(path.read_bytes(), file="f", mistakes=[])
    assert list(tree.entries) == [each.name for each in dataclasses.fields(Settings)]
    asterisk = tree.entries["asterisk"]
    assert isinstance(asterisk, Table)
    assert "secret" not in asterisk.entries


def test_the_examples_are_right(tmp_path: Path) -> None:
    """Take the comment marks from every example and load the file so changed."""
    lines = write.settings_file().splitlines()
    starts = [n for n, line in enumerate(lines) if line.strip() == "# For example:"]
    assert len(starts) == 8
    for start in reversed(starts):
        indent = re.match(r" *", lines[start])
        assert indent is not None
        mark, end = f"{indent.group()}# ", start + 1
        while lines[end].startswith(mark):
            lines[end] = indent.group() + lines[end].removeprefix(mark)
            end += 1
        del lines[end]  # the default that the example replaces
    path = tmp_path / "discador.yml"
    path.write_text("\n".join(lines))
    loaded = load(path, {})
    assert loaded.trunks
    assert loaded.callerids
    assert loaded.pacing.country_cps
    assert loaded.fastagi.permit
    assert loaded.dialplan.destinations
    assert "{file}" in loaded.dialplan.hook


def test_every_variable_is_in_both() -> None:
    for each in variables(Settings):
        assert re.search(rf"\b{each.name}\b", write.settings_file())
        assert f"`{each.name}`" in write.page()


def test_no_line_is_long() -> None:
    assert max(len(line) for line in write.settings_file().splitlines()) <= write.WIDTH


def test_the_script_writes_both(tmp_path: Path) -> None:
    text = (HOUSE / "scripts" / "generate").read_text()
    assert "fastagi_server.config.write" in text
    assert subprocess.run(["sh", "-n", HOUSE / "scripts" / "generate"], check=False).returncode == 0
    write.write(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["configuration.md", "discador.yml"]
