"""What holds for every test."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fastagi_server.loadtest import lab, postgres
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.loadtest.release import Release
from tests.databases import in_memory

# How fast a shared machine draws examples is no finding.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# A shell that runs us in the background has us ignore SIGINT, and our children would inherit that: what they
# do when interrupted could then not be tried.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def only_on(release: Release) -> pytest.MarkDecorator:
    """Mark what gains nothing from the other Asterisk; whoever is marked says why."""
    return pytest.mark.parametrize(
        "release", [release], ids=[f"asterisk-{release}"], indirect=True, scope="session"
    )


# What asks for `release` runs on each (-k asterisk-16 for one alone), unless it carries one of these.
ON_22 = only_on(Release.ASTERISK_22)
ON_16 = only_on(Release.ASTERISK_16)
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a lab needs root")


# With several workers (./scripts/test has two), one has the real Asterisks and nobody beside it that is not
# as nice as can be: their calls are timed, what the others do is not.
_NICEST = 19


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what needs a real part together: one worker boots each."""
    for item in items:
        for part in ("asterisk", "postgres", "browser"):
            if item.get_closest_marker(part):
                item.add_marker(pytest.mark.xdist_group(part))
                break


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let what needs no Asterisk stand back for what does, where both run at once."""
    if os.geteuid() == 0 and "PYTEST_XDIST_WORKER" in os.environ:
        nice = 0 if item.get_closest_marker("asterisk") else _NICEST
        os.setpriority(os.PRIO_PROCESS, 0, nice)


@pytest.fixture(scope="session", params=Release, ids=lambda release: f"asterisk-{release}")
def release(request: pytest.FixtureRequest) -> Release:
    chosen: Release = request.param
    return chosen


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL of this run's own; whoever asks for it carries the mark `postgres`."""
    # Its server is another user, who may not look into pytest's folder.
    with tempfile.TemporaryDirectory(prefix="discador-postgres-", dir=in_memory()) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "cluster") as cluster:
            yield cluster


@pytest.fixture(scope="session")
def asterisk_root(release: Release) -> Path:
    """Give the chroot with that Asterisk, for tests that boot one of their own; built if it is not there."""
    return lab.prepare(release)
