"""A bad wire between Discador and the real Asterisk: it drops, stalls, delays, reorders, repeats and floods.

It runs in a thread of its own. What it does when is told to it, or drawn by a seed; it never changes what a
message says.
"""

from __future__ import annotations

import asyncio
import enum
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.faults import wire

REORDER_SECONDS = 0.4
CHUNK = 65536
STEP_BYTES = 7


class Fault(enum.StrEnum):
    """What a wire can do."""

    DROP = "drop"  # reset, both ways
    CLOSE = "close"  # closed as politely as a restart does
    HALF_CLOSE = "half-close"  # nothing more comes, what is sent still arrives
    TEAR = "tear"  # reset in the middle of a message of Asterisk's
    SEVER = "sever"  # reset after the next Originate has gone out, before its answer
    STALL = "stall"  # open, and mute; newcomers too; then it goes on
    DEAF = "deaf"  # the same, and then reset
    DELAY = "delay"  # each message a while later
    REORDER = "reorder"  # events change places
    DUPLICATE = "duplicate"  # each message twice
    TRICKLE = "trickle"  # a few bytes at a time
    FLOOD = "flood"  # thousands of events of calls that are none of ours


LASTING = (Fault.STALL, Fault.DEAF)


class _Session:
    """One connection of Discador's, and its own to Asterisk."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client, self._to_client = reader, writer
        self._to_server: asyncio.StreamWriter | None = None
        self._deaf = False
        self._held: list[bytes] = []
        self._release: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Carry bytes both ways until either end is gone."""
        await self._proxy.sound()
        try:
            server, self._to_server = await asyncio.open_connection("127.0.0.1", self._proxy.target)
            ways = {asyncio.create_task(self._down(server)), asyncio.create_task(self._up(self._to_server))}
            _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for each in left:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass  # Asterisk is not there: Discador is told by our end
        finally:
            self.reset()

    def reset(self) -> None:
        """End both connections now."""
        for writer in (self._to_client, self._to_server):
            if writer is not None:
                abort(writer)

    def close(self) -> None:
        """End both connections as a program does that leaves."""
        for writer in (self._to_client, self._to_server):
            if writer is not None:
                writer.close()

    def half_close(self) -> None:
        """Say nothing more to Discador, and hear it still."""
        self._deaf = True
        with suppress(OSError, RuntimeError):
            self._to_client.write_eof()

    async def say(self, data: bytes) -> None:
        """Give Discador bytes, as much at a time as it takes."""
        if not self._deaf:
            self._to_client.write(data)
            await self._to_client.drain()

    async def _up(self, server: asyncio.StreamWriter) -> None:
        frames = wire.Frames(banner=False)
        while data := await self._client.read(CHUNK):
            for message in frames.feed(data):
                await self._proxy.sound()
                server.write(message)
                await server.drain()
                if wire.is_originate(message):
                    self._proxy.originated()
                    if self._proxy.take(Fault.SEVER):
                        self.reset()

    async def _down(self, server: asyncio.StreamReader) -> None:
        frames = wire.Frames(banner=True)
        try:
            while data := await server.read(CHUNK):
                for message in frames.feed(data):
                    await self._pass_on(message)
        finally:
            if self._release is not None:
                self._release.cancel()

    async def _pass_on(self, message: bytes) -> None:
        proxy = self._proxy
        await proxy.sound()
        if proxy.is_on(Fault.REORDER):
            self._held.append(message)
            if self._release is None or self._release.done():
                self._release = asyncio.create_task(self._let_go())
            return
        if self._held:
            await self._shuffle_out()
        if proxy.take(Fault.TEAR):
            await self.say(message[: proxy.dice.randrange(1, len(message))])
            abort(self._to_client)
        elif proxy.is_on(Fault.DELAY):
            # One after another, so that the order stays: a long line, not a lottery.
            await asyncio.sleep(proxy.dice.uniform(0.0, 0.02))
            await self.say(message)
        elif proxy.is_on(Fault.DUPLICATE):
            await self.say(message + message)
        elif proxy.is_on(Fault.TRICKLE):
            for start in range(0, len(message), STEP_BYTES):
                await self.say(message[start : start + STEP_BYTES])
                await asyncio.sleep(0)
        else:
            await self.say(message)

    async def _let_go(self) -> None:
        await asyncio.sleep(REORDER_SECONDS)
        await self._shuffle_out()

    async def _shuffle_out(self) -> None:
        held, self._held = self._held, []
        await self.say(b"".join(wire.reordered(held, self._proxy.dice)))


def abort(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset, not with a goodbye."""
    with suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


class Proxy(threading.Thread):
    """Listens on a free port of loopback until it is closed; `unusable` is when nobody could order a call."""

    def __init__(self, *, target: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.target = target
        self.dice = random.Random(seed)
        self.port = 0
        self.done: Counter[Fault] = Counter()
        self.at: list[float] = []
        self.unusable: list[tuple[float, float]] = []
        self.originates = 0
        self._sessions: set[_Session] = set()
        self._once: set[Fault] = set()
        self._until: dict[Fault, float] = {}
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._over: asyncio.Event
        self._sound: asyncio.Event
        self.start()
        assert self._up.wait(10)

    def run(self) -> None:
        """Be a wire until told to be none."""
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._over, self._sound = asyncio.Event(), asyncio.Event()
        self._sound.set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._over.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        self._sessions.add(session)
        try:
            await session.run()
        except (asyncio.CancelledError, OSError):
            session.reset()
        finally:
            self._sessions.discard(session)

    def close(self) -> None:
        """Be no wire any more."""
        self._loop.call_soon_threadsafe(self._over.set)
        self.join(10)

    def originated(self) -> None:
        """Count an Originate that has gone through."""
        self.originates += 1

    async def sound(self) -> None:
        """Wait until the wire is not mute."""
        await self._sound.wait()

    def is_on(self, fault: Fault) -> bool:
        """Say whether a fault that lasts is going on."""
        return self._loop.time() < self._until.get(fault, 0.0)

    def take(self, fault: Fault) -> bool:
        """Say whether a fault waits for just this moment, and have it happen once."""
        waits = fault in self._once
        if waits:
            self._once.discard(fault)
            self.at.append(time.time())
        return waits

    def inflict(self, fault: Fault, seconds: float = 0.0) -> None:
        """Do one thing to the wire now; `seconds` is how long what lasts goes on. Gives back at once."""
        self.done[fault] += 1
        self.at.append(time.time())
        if fault in LASTING:
            self.unusable.append((time.time(), time.time() + seconds))
        done = threading.Event()

        def begin() -> None:
            self._begin(fault, seconds)
            done.set()

        self._loop.call_soon_threadsafe(begin)
        assert done.wait(10)

    def _begin(self, fault: Fault, seconds: float) -> None:
        deeds: dict[Fault, Callable[[_Session], object]] = {
            Fault.DROP: _Session.reset,
            Fault.CLOSE: _Session.close,
            Fault.HALF_CLOSE: _Session.half_close,
            Fault.FLOOD: self._flood,
        }
        if fault in deeds:
            for session in tuple(self._sessions):
                deeds[fault](session)
        elif fault in (Fault.TEAR, Fault.SEVER):
            self._once.add(fault)
        elif fault in LASTING:
            self._sound.clear()
            self._loop.call_later(seconds, self._sound_again, fault)
        else:
            self._until[fault] = self._loop.time() + seconds

    def _sound_again(self, fault: Fault) -> None:
        if fault is Fault.DEAF:
            for session in tuple(self._sessions):
                session.reset()
        self._sound.set()

    def _flood(self, session: _Session) -> None:
        async def flood() -> None:
            for _ in range(50):
                await session.say(b"".join(wire.strangers(100, self.dice)))
                await asyncio.sleep(0)

        task = self._loop.create_task(flood())
        self._floods = {task} | {each for each in getattr(self, "_floods", set()) if not each.done()}
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
