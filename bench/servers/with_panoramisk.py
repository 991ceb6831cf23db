"""panoramisk's FastAGI application with the same five commands. Run in the peers' environment."""

from __future__ import annotations

import asyncio

from panoramisk import fast_agi
from stand import BACKLOG, stand


async def bench(request: fast_agi.Request) -> None:
    """Ask twice, set twice, say something."""
    status = (await request.send_command('GET VARIABLE "AMDSTATUS"'))["result"][1]
    cause = (await request.send_command('GET VARIABLE "AMDCAUSE"'))["result"][1]
    await request.send_command(f'SET VARIABLE "DISCADOR_ANSWERED" "{status}"')
    await request.send_command(f'SET VARIABLE "DISCADOR_CAUSE" "{cause}"')
    await request.send_command(f'VERBOSE "{request.headers["agi_uniqueid"]}" "1"')


async def main() -> None:
    """Serve for ever."""
    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("bench", bench)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=BACKLOG)
    stand(server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
