"""A lab made ready to be broken: the victim for the command, a small disk or a PostgreSQL for the store."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastagi_server.loadtest import database, debian, postgres
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.postgres import Cluster

_BE = "import victim\nvictim.main()\n"


def rearm(where: Lab, real: Path) -> Path:
    """Put the victim beside a lab, to be run in place of the real command; give its folder."""
    folder = where.paths.folder / "victim"
    folder.mkdir(mode=0o755, exist_ok=True)
    for name in ("victim.py", "steps.py"):
        shutil.copy(Path(__file__).with_name(name), folder / name)
        (folder / name).chmod(0o644)
    command = folder / "discador"
    python = real.with_name("python")
    command.write_text(f"#!{python}\nimport sys\nsys.path.insert(0, {str(folder)!r})\n" + _BE)
    command.chmod(0o755)
    return folder


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Have a folder be a small disk of its own; OSError where this machine does not let us."""
    owner = debian.make_user()
    options = f"size={megabytes}m,uid={owner.uid},gid={owner.gid},mode=0750"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "discador-test", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def served(where: Lab) -> Iterator[Cluster]:
    """Have a lab's store be a PostgreSQL of the lab's own."""
    with postgres.running(where.paths.folder / "postgres") as cluster:
        database.point_to(where.paths, cluster.url)
        yield cluster
