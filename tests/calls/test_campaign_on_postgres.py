"""Two engines on one PostgreSQL and one real Asterisk: the cap holds, and nobody rings twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from tests.calls.test_campaign import SPOKEN_BY_SLUG, five_hundred
from tests.conftest import ON_22

# What differs here is the store and not the Asterisk.
pytestmark = [pytest.mark.asterisk, pytest.mark.postgres, pytest.mark.timeout(300), ON_22]


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"pgoffice-{os.getpid()}"
    where = lab.up(name, release=release, countries=list(SPOKEN_BY_SLUG.values()), own_postgres=True)
    office = Office(lab=where, command=command, clock=RealClock())
    assert office.database.startswith("postgresql://")
    office.prepare()
    yield office
    office.service.stop()
    Service(lab=where, command=command, suffix="-two").stop()
    lab.down(name)


def test_two_engines_share_the_caller_ids_and_the_cap(office: Office) -> None:
    five_hundred(office, engines=2)
