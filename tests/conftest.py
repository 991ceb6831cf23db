"""What holds for every test."""

from __future__ import annotations

import functools
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

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


# With two workers (./scripts/test has them) one has the files that boot a real Asterisk, and what runs
# beside it is as nice as can be: calls are timed, what the other does is not. By file and not by xdist_group,
# which gives nothing with pytest 9.2: a node's id is not the attribute any more that xdist 3.8 writes.
_NICEST = 19
# Few calls and much waiting on an Asterisk: the other worker begins with them. What looks at every Asterisk
# of the machine (check) or boots one as root (tests/dialplan) stays with the first.
_LIGHT = ("tests/calls/test_gone.py", "tests/calls/test_keys.py")


class _AsteriskApart(LoadScopeScheduling):
    """Gives out what is collected first first, which xdist would order by the number of tests."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _place(self.config.rootpath, file)[1] or file


@functools.cache
def _place(root: Path, file: str) -> tuple[int, str]:
    """Give whose turn a file's tests are, and whom they are given to together."""
    if not _boots_asterisk(root / file):
        return 2, ""
    return (1, "light") if file in _LIGHT else (0, "asterisk")


@functools.cache
def _boots_asterisk(file: Path) -> bool:
    return "mark.asterisk" in file.read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Give one worker all that needs an Asterisk, in its order, so that each lab is booted once."""
    return _AsteriskApart(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs an Asterisk first, and of that last what wants the machine to itself.

    By then the other worker has nothing left to do.
    """

    def order(item: pytest.Item) -> tuple[int, bool]:
        turn, _ = _place(item.config.rootpath, item.nodeid.partition("::")[0])
        return turn, item.get_closest_marker("alone") is not None

    items.sort(key=order)


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
