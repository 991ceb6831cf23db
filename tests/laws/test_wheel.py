"""The package as it travels: an sdist, a wheel of it, installed apart and run from / by another user."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from fastagi_server.loadtest.service import SOURCES

HOUSE = Path(__file__).parents[2]
SECONDS = 120
NOBODY = 65534
pytestmark = pytest.mark.timeout(300)  # it is built and installed once, by pip
# A tree that was checked out has more than the package: neither the build nor a run may find it.
CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


def run(*argv: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Installed:
    """The command in an environment of its own, run from / as whoever is not us."""

    folder: Path
    sdist: Path
    wheel: Path
    apart: tuple[str, ...]

    def argv(self, *words: str) -> tuple[str, ...]:
        return (*self.apart, str(self.folder / "venv/bin/discador"), *words)

    def __call__(self, *words: str) -> str:
        return run(*self.argv(*words), cwd=Path("/"), env=CLEAN)


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    # Not pytest's own folder: another user could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="discador-wheel-"))
    try:
        folder.chmod(0o755)
        yield _install(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _install(folder: Path) -> Installed:
    source, dist, venv = folder / "source", folder / "dist", folder / "venv"
    for name in SOURCES:
        inside = HOUSE / name
        if inside.is_dir():
            shutil.copytree(inside, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(inside, source / name)
    build = "import setuptools.build_meta as build; build.build_sdist('../dist')"
    dist.mkdir()
    run(sys.executable, "-c", build, cwd=source)
    (sdist,) = dist.glob("*.tar.gz")
    python = str(venv / "bin/python")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(str(Path(sys.base_prefix) / "bin/python3"), "-m", "venv", str(venv), cwd=folder)
    run(*pip, "wheel", "--no-deps", "--wheel-dir", str(dist), str(sdist), cwd=folder)
    (wheel,) = dist.glob("*.whl")
    run(*pip, "install", str(wheel), cwd=folder)
    shutil.rmtree(source)
    return Installed(folder, sdist, wheel, _apart(python))


def _apart(python: str) -> tuple[str, ...]:
    """Give what goes before a command line to run it as nobody; nothing where we are nobody special."""
    if os.geteuid() != 0:
        return ()
    nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    run(*nobody, python, "-V", cwd=Path("/"))
    return nobody


@pytest.fixture
def config(installed: Installed) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=installed.folder))
    (folder / "dialplan").mkdir()
    with closing(socket.socket()) as fastagi, closing(socket.socket()) as nobody_there:
        fastagi.bind(("127.0.0.1", 0))
        nobody_there.bind(("127.0.0.1", 0))
        ports = fastagi.getsockname()[1], nobody_there.getsockname()[1]
    (folder / "discador.yml").write_text(
        f"database_url: sqlite:///{folder}/discador.db\ndesk: {folder}/desk\n"
        f"asterisk: {{port: {ports[1]}}}\nfastagi: {{port: {ports[0]}}}\n"
        f"dialplan: {{folder: {folder}/dialplan}}\n"
    )
    if installed.apart:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    yield folder / "discador.yml"
    shutil.rmtree(folder)


def test_a_number_is_known_without_any_configuration(installed: Installed) -> None:
    (told,) = json.loads(installed("number", "--json", "+525512345678"))

    assert (told["e164"], told["country"], told["dialable"]) == ("+525512345678", "mexico", True)


def test_every_country_is_rendered_from_the_templates_that_travel(installed: Installed, config: Path) -> None:
    told = installed("--config", str(config), "render")

    countries = sorted(path.stem for path in (HOUSE / "etc/countries").glob("*.yml"))
    assert [slug for slug in countries if f"[discador_{slug}]" not in told] == []


def test_the_store_is_made_and_the_service_starts_and_stops(installed: Installed, config: Path) -> None:
    assert "revision" in installed("--config", str(config), "db", "upgrade")
    assert installed("--config", str(config), "calls") == "No calls yet.\n"

    serving = subprocess.Popen(
        installed.argv("--config", str(config), "serve"),
        cwd="/",
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith("Discador is ready: FastAGI at agi://127.0.0.1:")
        assert (config.parent / "desk").is_socket()
        serving.send_signal(signal.SIGTERM)
        _, log = serving.communicate(timeout=30)
    finally:
        serving.kill()
        serving.communicate()
    assert "Traceback" not in log
    assert serving.returncode == 0, log
    assert not (config.parent / "desk").exists()


def test_what_the_command_reads_at_run_time_is_in_it(installed: Installed) -> None:
    files = run(sys.executable, "-m", "zipfile", "-l", str(installed.wheel), cwd=installed.folder)

    for name in (
        "defaults/discador.yml",
        "defaults/countries/mexico.yml",
        "templates/country.conf.j2",
        "py.typed",
    ):
        assert f"fastagi_server/{name}" in files
    assert "tests/" not in files
