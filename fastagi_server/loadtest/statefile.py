"""A lab's state in JSON: for other programs all that they need, for us the ports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import Ports, of_block


def describe(paths: Paths, ports: Ports, pids: Mapping[str, int | None]) -> dict[str, object]:
    """Give what a lab is, in plain words that JSON can hold."""
    return {
        "name": paths.name,
        "chroot": str(paths.root),
        "folder": str(paths.folder),
        "config": str(paths.config),
        "dialplan_folder": str(paths.dialplan),
        "sounds_folder": str(paths.sounds),
        "calls": str(paths.calls),
        "rejects": str(paths.rejects),
        "cdr": str(paths.cdr),
        "dialer_log": str(paths.log(Side.DIALER)),
        "carrier_log": str(paths.log(Side.CARRIER)),
        "secret_file": str(paths.secret),
        "witness_secret_file": str(paths.witness_secret),
        "ports": asdict(ports),
        "pids": dict(pids),
    }


def write_state(paths: Paths, ports: Ports, pids: Mapping[str, int | None]) -> None:
    """Write the state whole: a reader sees the old one or the new one."""
    new = paths.state.with_suffix(".new")
    new.write_text(json.dumps(describe(paths, ports, pids), indent=2) + "\n")
    new.chmod(0o644)
    new.rename(paths.state)


def read_state(state: Path) -> Ports:
    """Read the ports of a lab."""
    return of_block(json.loads(state.read_text())["ports"]["block"])
