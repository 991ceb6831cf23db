"""Gives the tests what real Asterisks said: tests/transcripts/ami/RELEASE, recorded by record_ami.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "transcripts" / "ami"
RELEASES = ("22", "16")


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


def _load(release: str, name: str) -> Transcript:
    lines = []
    for text in (FOLDER / release / f"{name}.jsonl").read_text().splitlines():
        ((who, said),) = json.loads(text).items()
        lines.append((who, said.encode("latin-1")))
    return Transcript(tuple(lines))


@pytest.fixture(scope="session", params=RELEASES, ids=[f"said-by-{release}" for release in RELEASES])
def said_by(request: pytest.FixtureRequest) -> str:
    release: str = request.param
    return release


@pytest.fixture(scope="session")
def transcript(said_by: str) -> Callable[[str], Transcript]:
    return partial(_load, said_by)


@pytest.fixture(scope="session")
def permissions(said_by: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((FOLDER / said_by / "permissions.json").read_text())
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scene" in metafunc.fixturenames:
        metafunc.parametrize("scene", sorted({path.stem for path in FOLDER.glob("*/*.jsonl")}))
