"""A dialplan that arrives broken is applied under calls: the old one stays in force, and nobody notices."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time

import pytest

from fastagi_server.loadtest import debian, lab
from fastagi_server.loadtest.service import Service
from tests.calls.changing import Site, outcomes
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400), ON_22]

# A hook that does its work, but for the first time.
HOOK = """
import os, sys
file, target, mark, way = sys.argv[1:]
data = open(file, "rb").read()
os.umask(0o022)
if os.path.exists(mark):
    os.unlink(mark)
    half, wrong = data[: len(data) // 2], data.replace(b"Hangup()", b"Answer()")
    data = {"empty": b"", "truncated": half, "wrong": wrong}.get(way, data)
    os.umask(0o077 if way == "unreadable" else 0o022)
open(target + ".new", "wb").write(data)
os.replace(target + ".new", target)
"""
TOLD = {
    "empty": "context discador_key is missing",
    "truncated": "its bracket is not closed",
    "wrong": "should be Hangup()",
    "unreadable": "Asterisk cannot read discador/discador.conf",
    "full": "cannot be written: File too large",
}


class Guard(threading.Thread):
    """Asks again and again whether a context is in force, and counts how often it was not."""

    def __init__(self, where: lab.Lab, context: str) -> None:
        super().__init__(daemon=True)
        self._witness, self._context, self._over = where.witness(), context, threading.Event()
        self.asked = self.missing = 0

    def run(self) -> None:
        while not self._over.wait(0.01):
            told = self._witness.action("ShowDialPlan", ("Context", self._context))
            self.asked += 1
            self.missing += told["Response"] != "Success"

    def leave(self) -> None:
        self._over.set()
        self.join(5)
        self._witness.close()


@pytest.fixture
def broken(site: Site) -> dict[str, Service]:
    """Give services whose hook spoils the file the first time; and one whose disk is full."""
    paths, owner, fives = site.office.lab.paths, debian.make_user(), {"connect_key": "5"}
    script, copy = paths.data / "hook.py", paths.data / "copy"
    script.write_text(HOOK)
    copy.mkdir()
    shutil.copy(paths.dialplan / "discador.conf", copy)
    python = str(site.office.service.command.with_name("python"))
    made = {"full": site.service("full", fives)}
    for way in ("empty", "truncated", "wrong", "unreadable"):
        mark = paths.data / f"spoil-{way}"
        mark.touch()
        hook = [python, str(script), "{file}", str(paths.dialplan / "discador.conf"), str(mark), way]
        named = "discador/discador.conf"
        made[way] = site.service(way, fives, folder=str(copy), hook=hook, included_as=named)
    for each in (script, copy, *copy.iterdir()):
        os.chown(each, owner.uid, owner.gid)
    return made


def test_a_broken_dialplan_leaves_the_old_one_in_force_and_calls_unharmed(
    site: Site, broken: dict[str, Service]
) -> None:
    office, file = site.office, site.office.lab.paths.dialplan / "discador.conf"
    before = file.read_bytes()
    start = next(line for line in before.decode().splitlines() if line.startswith("[discador_mexico-"))
    people = site.plan("broken", {"52": 20, "12": 20, "00": 20})
    site.begin("broken", people)
    assert site.up() >= 57

    for way, service in broken.items():
        guard, began = Guard(office.lab, start.strip("[]")), time.monotonic()
        guard.start()
        limit = ("prlimit", "--fsize=4096") if way == "full" else ()
        command = (str(service.command), "--config", str(service.config), "apply")
        argv = ("runuser", "-u", debian.USER, "--", *limit, *command)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")
        seconds = time.monotonic() - began
        guard.leave()
        figures = (
            f"{seconds:.2f} s with the command's start, {guard.missing} of {guard.asked} times not in force"
        )
        print(f"{way}: {figures}: {done.stderr}")  # noqa: T201 - the figures are the finding
        assert done.returncode == 1
        assert TOLD[way] in done.stderr
        assert ("still in force, nothing was reloaded" in done.stderr) is (way != "full")
        assert guard.asked > 10
        assert guard.missing == 0
        assert file.read_bytes() == before

    site.await_end("broken")
    told = {"52": {"connected"}, "12": {"connected"}, "00": {"no_key"}}
    assert outcomes(site.records("broken"), people) == told
