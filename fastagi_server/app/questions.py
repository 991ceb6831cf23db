"""What the FastAGI scripts may ask of the house."""

from __future__ import annotations

from collections.abc import Sequence

from fastagi_server.app.lending import Lending
from fastagi_server.dialer.engine import DIALPLAN, KEY, Engine
from fastagi_server.ivr.answers import About, Lent
from fastagi_server.numbering.country import by_iso, by_name, country_of, named
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError


class Questions:
    """Answers from the engine and the countries as they are now."""

    def __init__(self, *, engine: Engine, countries: Sequence[Country], lending: Lending) -> None:
        self._engine = engine
        self._lending = lending
        self._countries = countries
        self._by_name = by_name(countries)
        self._by_iso = by_iso(countries)

    def country(self, slug: str) -> Country | None:
        """Give the country of that slug or ISO code."""
        return named(slug, self._by_name)

    def slugs(self) -> str:
        """Name the countries."""
        return ", ".join(country.slug for country in self._countries)

    async def opt_out(self, *, uniqueid: str, digit: str, number: str | None) -> bool:
        """Put the callee of our call, or the number that a foreign dialplan names, on the list."""
        if is_call_id(uniqueid) and await self._engine.opt_out(
            call=CallId(uniqueid), digit=digit, source=KEY
        ):
            return True
        if not number:
            return False
        known = parse(number)
        if not known.e164:
            raise BadInputError(field="optout number", value=number, expected="a number in E.164")
        await self._engine.opt_out_number(known.e164, digit=digit, source=DIALPLAN)
        return True

    def callee(self, uniqueid: str) -> str:
        """Give the number that this call of ours has called; empty when it is not ours."""
        record = self._engine.known(CallId(uniqueid)) if is_call_id(uniqueid) else None
        return record.number if record else ""

    def about(self, number: str) -> About:
        """Say what a number is."""
        known = parse(number)
        return About(number=known, country=country_of(known, self._by_iso))

    async def lend(self, *, uniqueid: str, asked: str) -> Lent:
        """Lend a caller ID."""
        return await self._lending.lend(uniqueid=uniqueid, asked=asked)
