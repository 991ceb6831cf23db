"""Our port with everything on: permits, limits, alarms, and a script like those of the house."""

from __future__ import annotations

import sys

from stand import BACKLOG, stand
from twisted.internet import reactor

from fastagi_server.agi.script import Agi
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits
from fastagi_server.asterisk.permits import read_permits
from fastagi_server.ivr.scripts import route


async def bench(agi: Agi) -> None:
    """Ask twice, set twice, say something."""
    status = await agi.get_variable("AMDSTATUS")
    cause = await agi.get_variable("AMDCAUSE")
    await agi.set_variable("DISCADOR_ANSWERED", status or "")
    await agi.set_variable("DISCADOR_CAUSE", cause or "")
    await agi.verbose(agi.request.uniqueid)


port = FastAgiPort(
    script=route({"bench": bench}),
    permits=read_permits(["127.0.0.1"]),
    limits=Limits(),
    reactor=reactor,
    log=lambda told: print(told, file=sys.stderr),
)
stand(reactor.listenTCP(0, port, BACKLOG, "127.0.0.1").getHost().port)
reactor.run()
