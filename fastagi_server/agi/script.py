"""How a FastAGI script is written: a coroutine of one `Agi`, which asks and is answered.

    async def country(agi: Agi) -> None:
        number = await agi.get_variable("CALLERID(num)")
        await agi.set_variable("DISCADOR_COUNTRY", lookup(number))

This file does not know who carries the bytes: each question yields its command and is sent its reply.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from fastagi_server.agi import commands
from fastagi_server.agi.commands import Command
from fastagi_server.agi.errors import DeadChannelError, RefusedError
from fastagi_server.agi.replies import DEAD, OK, Reply
from fastagi_server.agi.request import Request

_FAILED = "-1"


@types.coroutine
def ask(command: Command) -> Generator[Command, Reply, Reply]:
    """Yield the command to whoever drives the script, and take the reply that he sends."""
    return (yield command)


class Agi:
    """The session as its script sees it: who calls, whether he has hung up, and what may be asked.

    Every question raises RefusedError when Asterisk does not take the command, DeadChannelError when it does
    not take it any more because the caller has hung up, and Gone when the session is over.
    """

    __slots__ = ("hungup", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.hungup = False

    async def ask(self, command: Command) -> Reply:
        """Ask anything and give the whole reply."""
        reply = await ask(command)
        if reply.code != OK:
            kind = DeadChannelError if reply.code == DEAD else RefusedError
            raise kind(command=type(command).__name__, status=reply.code, text=reply.text)
        return reply

    async def get_variable(self, name: str) -> str | None:
        """Give a variable's or a function's value, None when it is not set."""
        return (await self.ask(commands.GetVariable(name))).data

    async def get_full_variable(self, expression: str) -> str | None:
        """Give the expression with its ${…} filled in."""
        return (await self.ask(commands.GetFullVariable(expression))).data

    async def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the channel."""
        await self.ask(commands.SetVariable(name, value))

    async def verbose(self, message: str, level: int = 1) -> None:
        """Say something on Asterisk's console."""
        await self.ask(commands.Verbose(message, level))

    async def answer(self) -> bool:
        """Answer the channel; False when it could not be."""
        return (await self.ask(commands.Answer())).result != _FAILED

    async def hangup(self) -> bool:
        """Hang up the channel; False when it could not be."""
        return (await self.ask(commands.Hangup())).result != _FAILED

    async def stream_file(self, file: str, escape_digits: str = "") -> str | None:
        """Play a sound; give the digit that ended it, "" when none did, None when it failed."""
        return _digit(await self.ask(commands.StreamFile(file, escape_digits)))

    async def wait_for_digit(self, timeout_ms: int) -> str | None:
        """Give the digit pressed, "" when none was in time, None when the caller went."""
        return _digit(await self.ask(commands.WaitForDigit(timeout_ms)))

    async def exec(self, application: str, options: str = "") -> str:
        """Run a dialplan application and give its result, "-2" when Asterisk does not have it."""
        return (await self.ask(commands.Exec(application, options))).result

    async def database_get(self, family: str, key: str) -> str | None:
        """Give a value of AstDB, None when there is none."""
        return (await self.ask(commands.DatabaseGet(family, key))).data

    async def database_put(self, family: str, key: str, value: str) -> bool:
        """Write a value to AstDB and say whether it was taken."""
        return (await self.ask(commands.DatabasePut(family, key, value))).result == "1"

    async def database_del(self, family: str, key: str) -> bool:
        """Delete a key of AstDB and say whether it was there."""
        return (await self.ask(commands.DatabaseDel(family, key))).result == "1"

    async def gosub(self, context: str, exten: str, priority: str, argument: str = "") -> bool:
        """Run a dialplan subroutine to its end; False when it could not be run."""
        return (await self.ask(commands.GoSub(context, exten, priority, argument))).result == "0"

    async def noop(self) -> None:
        """Ask for nothing but an answer."""
        await self.ask(commands.Noop())


Script = Callable[[Agi], Coroutine[Any, Any, None]]


def _digit(reply: Reply) -> str | None:
    """Take the result of a command that hears digits: a character's number, 0 for none, -1 for failed."""
    if not reply.result.isdecimal():
        return None
    number = int(reply.result[:3])
    return chr(number) if number else ""
