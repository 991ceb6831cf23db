"""A lab as an operator has it: files to break, commands to mend with, check to ask."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fastagi_server.loadtest import debian, programs, service
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.paths import Side

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Found = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Site:
    lab: Lab
    command: Path
    tools: Path

    @property
    def etc(self) -> Path:
        return self.lab.paths.side(Side.DIALER) / "etc"

    def make_tools(self) -> None:
        """Put `asterisk` and `discador` on the PATH of remedies, so that they run as they are written."""
        conf = self.lab.paths.inside(self.etc / "asterisk.conf")
        root = self.lab.paths.root
        words = service.as_user(self.command, self.lab.paths.config)
        for name, line in {
            "asterisk": f'chroot {root} asterisk -C {conf} "$@"',
            "discador": f'{" ".join(words)} "$@"',
        }.items():
            (self.tools / name).write_text(f"#!/bin/sh\nexec {line}\n")
            (self.tools / name).chmod(0o755)

    def shell(self, line: str) -> str:
        done = subprocess.run(
            ["sh", "-c", line],
            cwd="/",
            env={"PATH": f"{self.tools}:{PATH}", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout

    def asterisk(self, line: str) -> str:
        return self.shell(f"asterisk -rx '{line}'")

    def check(self, before: str = "") -> Found:
        """Give what check finds, by key; its exit code says whether anything is bad."""
        out = self.shell(f"{before}discador check --json; echo $?")
        told, _, code = out.strip().rpartition("\n")
        found = json.loads(told)
        bad = [each["key"] for each in found if each["level"] == "bad"]
        assert int(code) == (1 if bad else 0)
        return {each["key"]: each for each in found}

    def bad(self) -> dict[str, str]:
        """Give the remedy of each bad finding."""
        return {key: each["remedy"] for key, each in self.check().items() if each["level"] == "bad"}

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of Asterisk's in place, its owner and mode as they were."""
        file = self.etc / name
        text, count = re.subn(old, lambda _: new, file.read_text(), count=1, flags=re.MULTILINE)
        assert count == 1, f"{old} is not in {name}"
        file.write_text(text)

    def configure(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change our own configuration."""
        file = self.lab.paths.config
        settings = yaml.safe_load(file.read_text())
        change(settings)
        file.write_text(yaml.safe_dump(settings))

    def run_quoted(self, remedy: str) -> None:
        """Carry out every `asterisk -rx '…'` and `discador apply` that a remedy names, in its order."""
        lines = re.findall(r"asterisk -rx '[^']+'|discador (?:apply|db upgrade)", remedy)
        assert lines, remedy
        for line in lines:
            self.shell(line)

    def pid(self) -> int:
        pid = self.lab.pids()[Side.DIALER]
        assert pid is not None
        return pid

    def restart(self) -> None:
        """End the dialer's Asterisk and start it anew, and wait until it is fully booted."""
        program = next(each for each in self.lab.programs() if each.name == Side.DIALER)
        programs.end(program)
        programs.start(program)
        programs.wait_until(self._booted, program, 60.0)

    def _booted(self) -> bool:
        try:
            with self.lab.witness() as witness:
                witness.wait_for("FullyBooted")
        except OSError:
            return False
        return True

    def limit_files(self, soft: str) -> None:
        """Set how many files Asterisk may hold, as its own user: nobody else may in a container."""
        pid = self.pid()
        about = Path(f"/proc/{pid}").stat()
        who = f"setpriv --reuid={about.st_uid} --regid={about.st_gid} --clear-groups"
        self.shell(f"{who} prlimit --pid={pid} --nofile={soft}:")

    def keep(self) -> Callable[[], None]:
        """Remember every file of the operator's and whose ours are, and give what puts them back.

        A breakage that its remedy does not mend is one test's, never that of all who use the lab after it.
        """
        files = [*self.etc.glob("*.conf"), self.lab.paths.config]
        ours = [self.lab.paths.dialplan, *self.lab.paths.dialplan.iterdir(), self.lab.paths.desk.parent]
        ours += [self.lab.paths.data, self.lab.paths.data / "discador.db"]
        owners = {place: place.stat() for place in ours}
        kept = {file: file.read_text() for file in files if not file.is_symlink()}
        links = {file: file.readlink() for file in files if file.is_symlink()}

        def back() -> None:
            for file, text in kept.items():
                if file.read_text() != text:
                    file.write_text(text)
            for link, target in links.items():
                if not link.is_symlink():
                    link.unlink(missing_ok=True)
                    link.symlink_to(target)
            for place, about in owners.items():
                if place.exists():
                    os.chown(place, about.st_uid, about.st_gid)
                    place.chmod(stat.S_IMODE(about.st_mode))

        return back

    def wait_bad(self, key: str, seconds: float = 15.0) -> dict[str, str]:
        """Wait until check finds something: the carrier's silence takes Asterisk a moment."""
        end = time.monotonic() + seconds
        while key not in (found := self.bad()):
            assert time.monotonic() < end, found
            time.sleep(0.2)
        return found

    def wait_good(self, key: str, seconds: float = 15.0) -> None:
        end = time.monotonic() + seconds
        while self.check().get(key, {}).get("level") != "good":
            assert time.monotonic() < end, key
            time.sleep(0.2)


def make(lab: Lab, tools: Path) -> Site:
    house = Path(__file__).parents[2]
    site = Site(lab, service.install(house, debian.cache_folder()), tools)
    site.make_tools()
    return site
