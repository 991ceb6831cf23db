"""A lab of this run's own, and Discador serving beside it as its own user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import debian, lab, service
from fastagi_server.loadtest.office import Office
from tests.calls.changing import MEXICO, Site, configure
from tests.calls.ringing import Caller, standing, wait_until

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def the_lab() -> Iterator[lab.Lab]:
    name = f"calls-{os.getpid()}"
    yield lab.up(name, countries=countries.load())
    lab.down(name)


@pytest.fixture(scope="session")
def command() -> Path:
    return service.install(HOUSE, debian.cache_folder())


@pytest.fixture(scope="session")
def discador(the_lab: lab.Lab, command: Path) -> Iterator[service.Service]:
    serving = service.Service(lab=the_lab, command=command)
    serving.once("db", "upgrade")
    serving.once("apply")
    serving.start()
    yield serving
    serving.stop()


@pytest.fixture(scope="session")
def caller(discador: service.Service) -> Caller:
    caller = Caller(discador.lab)
    wait_until(lambda: standing(caller).ready, 20, "linked to Asterisk")
    return caller


@pytest.fixture
def site(command: Path) -> Iterator[Site]:
    name = f"change-{os.getpid()}"
    where = lab.up(name, countries=[MEXICO])
    configure(where.paths.config, yaml.safe_load(where.paths.config.read_text()), {})
    office = Office(lab=where, command=command, clock=RealClock())
    office.prepare()
    office.own([f"+5255009{n:05}" for n in range(40)])
    office.serve()
    yield Site(office)
    office.service.stop()
    lab.down(name)
