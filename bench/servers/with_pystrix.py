"""pystrix's FastAGI server, a thread a session, with the same commands. Run in the peers' environment."""

from __future__ import annotations

from typing import Any

from pystrix.agi import FastAGIServer, core
from stand import stand


def bench(agi: Any, *_: object) -> None:
    """Ask twice, set twice, say something."""
    status = agi.execute(core.GetVariable("AMDSTATUS"))
    cause = agi.execute(core.GetVariable("AMDCAUSE"))
    agi.execute(core.SetVariable("DISCADOR_ANSWERED", status))
    agi.execute(core.SetVariable("DISCADOR_CAUSE", cause))
    agi.execute(core.Verbose(agi.get_environment()["agi_uniqueid"]))


server = FastAGIServer("127.0.0.1", 0)
server.register_script_handler("bench", bench)
stand(server.server_address[1])
server.serve_forever()
