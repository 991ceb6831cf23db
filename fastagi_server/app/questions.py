"""What the FastAGI scripts may ask of the house."""

from __future__ import annotations

from collections.abc import Sequence

from fastagi_server.dialer.engine import DIALPLAN, KEY, Engine
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError


class Questions:
    """Answers from the engine and the countries as they are now."""

    def __init__(self, *, engine: Engine, countries: Sequence[Country]) -> None:
        self._engine = engine
        self._countries = {country.slug: country for country in countries}

    def country(self, slug: str) -> Country | None:
        """Give the country of that slug."""
        return self._countries.get(slug)

    def slugs(self) -> str:
        """Name the countries."""
        return ", ".join(self._countries)

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
