"""Gives the tests what a real Asterisk 22 said: tests/transcripts/ami, recorded by record_ami.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "transcripts" / "ami"


@dataclass(frozen=True)
class Transcript:
    """One conversation, in the order in which it was spoken."""

    lines: tuple[tuple[str, bytes], ...]

    @property
    def server(self) -> bytes:
        return b"".join(data for who, data in self.lines if who == "server")

    @property
    def client(self) -> tuple[bytes, ...]:
        return tuple(data for who, data in self.lines if who == "client")


def _load(name: str) -> Transcript:
    lines = []
    for text in (FOLDER / f"{name}.jsonl").read_text().splitlines():
        ((who, said),) = json.loads(text).items()
        lines.append((who, said.encode("latin-1")))
    return Transcript(tuple(lines))


@pytest.fixture(scope="session")
def transcript() -> Callable[[str], Transcript]:
    return _load


@pytest.fixture(scope="session")
def permissions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((FOLDER / "permissions.json").read_text())
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scene" in metafunc.fixturenames:
        metafunc.parametrize("scene", sorted(path.stem for path in FOLDER.glob("*.jsonl")))
