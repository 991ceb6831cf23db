"""One lab for all that is broken on purpose: a scene leaves it as it found it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from fastagi_server.loadtest.release import Release
from tests.faults import ordeal
from tests.faults.ordeal import Ordeal


@pytest.fixture(scope="session")
def the_ordeal(release: Release) -> Iterator[Ordeal]:
    with ordeal.opened(f"faults-{os.getpid()}", release=release) as made:
        yield made


@pytest.fixture
def broken(the_ordeal: Ordeal) -> Iterator[Ordeal]:
    """Give the ordeal without an engine, and leave it so."""
    the_ordeal.deaths.clear()
    the_ordeal.stops.clear()
    yield the_ordeal
    the_ordeal.office.service.stop()
