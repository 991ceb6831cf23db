"""The FastAGI scripts: a public interface for any dialplan, documented in docs/dialplan.md.

Each asks nothing that the request does not say already, sets its variables (the one that decides last) and
is done in milliseconds. A script that fails leaves that one as it was: the dialplan's default stands.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from fastagi_server.agi.request import Request
from fastagi_server.agi.script import Agi, Script
from fastagi_server.dialplan import variables
from fastagi_server.ivr import decide
from fastagi_server.ivr.answers import About, Lent
from fastagi_server.telephony.amd import read_verdict
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError

KEYS = "0123456789*#"


class UnknownScriptError(DiscadorError):
    """There is no FastAGI script {name!r}; there are {known}."""


class NoCountryError(DiscadorError):
    """The script {script} was asked for country {slug!r}; known are {known}."""


class Calls(Protocol):
    """What the scripts need of the engine."""

    def country(self, slug: str) -> Country | None:
        """Give the country of that slug or ISO code as it is now."""
        ...

    def slugs(self) -> str:
        """Name the countries there are, for a message."""
        ...

    def opt_out(self, *, uniqueid: str, digit: str, number: str | None) -> Awaitable[bool]:
        """Put the callee on the list durably; False when the number cannot be known."""
        ...

    def callee(self, uniqueid: str) -> str:
        """Give the number that this call of ours has called; empty when it is not ours."""
        ...

    def about(self, number: str) -> About:
        """Say what a number is, as somebody wrote it."""
        ...

    def lend(self, *, uniqueid: str, asked: str) -> Awaitable[Lent]:
        """Choose a caller ID for a number or a slug, and count its use durably."""
        ...


def scripts(calls: Calls) -> dict[str, Script]:
    """Give the scripts by the name that a dialplan calls them."""

    def country(agi: Agi, script: str, position: int) -> Country:
        slug = _argument(agi, position)
        found = calls.country(slug)
        if found is None:
            raise NoCountryError(script=script, slug=slug, known=calls.slugs())
        return found

    async def answered(agi: Agi) -> None:
        """Say what an AMD verdict means: arguments AMDSTATUS, AMDCAUSE, country; sets DISCADOR_ANSWERED."""
        answer = decide.answered(read_verdict(_argument(agi, 0)), country(agi, "answered", 2))
        await agi.set_variable(variables.ANSWERED, answer)

    async def key(agi: Agi) -> None:
        """Say what a key means: arguments digit, country, what the callee was told; sets DISCADOR_KEY."""
        meaning = decide.key(_argument(agi, 0), country(agi, "key", 1), _argument(agi, 2))
        await agi.set_variable(variables.KEY, meaning)

    async def optout(agi: Agi) -> None:
        """Put the callee on the list: arguments digit, country, number (when the call is not ours).

        Sets DISCADOR_OPTOUT to done only once the list holds it durably.
        """
        told, number = _argument(agi, 0), _argument(agi, 2) or None
        digit = told if told in set(KEYS) else ""
        if await calls.opt_out(uniqueid=agi.request.uniqueid, digit=digit, number=number):
            await agi.set_variable(variables.OPTOUT, variables.OPTOUT_DONE)

    return {
        variables.Script.ANSWERED: answered,
        variables.Script.KEY: key,
        variables.Script.OPTOUT: optout,
        **_number_scripts(calls),
    }


def _number_scripts(calls: Calls) -> dict[str, Script]:
    async def country(agi: Agi) -> None:
        """Say what a number is: argument number (else the one that the call is for); sets eight variables."""
        await _tell(agi, calls.about(subject(agi)).variables())

    async def callerid(agi: Agi) -> None:
        """Lend a caller ID: argument number or slug (else the number that the call is for).

        Sets DISCADOR_COUNTRY, DISCADOR_CALLERID_WHY and DISCADOR_CALLERID, empty where there is none.
        """
        lent = await calls.lend(uniqueid=agi.request.uniqueid, asked=subject(agi))
        await _tell(agi, lent.variables())

    def subject(agi: Agi) -> str:
        """Give what is asked about; an argument that is there and empty is no number, not a missing one."""
        if agi.request.arguments:
            return agi.request.arguments[0]
        return calls.callee(agi.request.uniqueid) or _dialed(agi.request)

    return {variables.Script.COUNTRY: country, variables.Script.CALLERID: callerid}


def route(by_name: dict[str, Script]) -> Script:
    """Give one script that runs the one that the dialplan named."""

    async def routed(agi: Agi) -> None:
        script = by_name.get(agi.request.network_script)
        if script is None:
            raise UnknownScriptError(name=agi.request.network_script, known=", ".join(by_name))
        await script(agi)

    return routed


def _argument(agi: Agi, position: int) -> str:
    given = agi.request.arguments
    return given[position] if position < len(given) else ""


def _dialed(request: Request) -> str:
    """Give the number that the channel dialed: its extension, or its DNID where the extension is a word.

    In a subroutine the extension is s; the DNID is still what was dialed first.
    """
    is_number = request.extension.removeprefix("+")[:1].isdecimal()
    return request.extension if is_number else request.dnid


async def _tell(agi: Agi, told: dict[str, str]) -> None:
    for name, value in told.items():
        await agi.set_variable(name, value)
