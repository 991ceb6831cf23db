from __future__ import annotations

import json
from pathlib import Path

from fastagi_server.loadtest.paths import Paths
from fastagi_server.loadtest.ports import of_block
from fastagi_server.loadtest.statefile import read_state, write_state


def test_what_is_written_is_read_and_holds_no_secret(tmp_path: Path) -> None:
    paths, ports = Paths(name="a", root=tmp_path), of_block(15_400)
    paths.folder.mkdir(parents=True)

    write_state(paths, ports, {"dialer": 7})

    assert read_state(paths.state) == ports
    told = json.loads(paths.state.read_text())
    assert told["pids"] == {"dialer": 7}
    assert told["ports"]["dialer_rtp"] == [15_600, 17_599]
    assert told["secret_file"] == str(paths.secret)
    assert paths.state.stat().st_mode & 0o777 == 0o644
