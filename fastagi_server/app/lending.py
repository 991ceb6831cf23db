"""A caller ID for a foreign dialplan: what must be so before one is lent, and the line that says it was.

Whenever we do not know enough, none is lent; the dialplan is told why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from fastagi_server.agi.errors import AgiError
from fastagi_server.app.fleet import Leads
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.callerid.choice import Choice
from fastagi_server.compliance.gate import judge, stays_here
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.lend import Lender
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.ivr.answers import Lent
from fastagi_server.numbering.country import by_iso, by_name, named
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.campaign import No
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.record import Record

OWN = "it is this call's own since it began"
_log = logging.getLogger("discador")


class Lending:
    """Answers for one engine."""

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: StoreLedger,
        lender: Lender,
        settings: Settings,
        countries: Sequence[Country],
        leads: Leads,
        told: Callable[[Lent, str], None] = lambda *_: None,
    ) -> None:
        self._told = told
        self._engine = engine
        self._ledger = ledger
        self._lender = lender
        self._settings = settings
        self._by_name = by_name(countries)
        self._by_iso = by_iso(countries)
        self._leads = leads

    async def lend(self, *, uniqueid: str, asked: str) -> Lent:
        """Give a caller ID for a number, or for a country by slug or ISO code; durably counted first."""
        try:
            lent = await self._decide(uniqueid, asked)
        except AgiError:
            raise  # the session's own end, thrown in while we waited: nobody is there to be answered
        except DiscadorError as error:
            lent = Lent(callerid="", why=error.sentence(), country="")
        told = "callerid lent" if lent.callerid else "callerid not lent"
        _log.info(
            "%s: country=%s callerid=%s uniqueid=%r why=%s",
            *(told, lent.country or "-", lent.callerid or "-", uniqueid, lent.why),
        )
        self._told(lent, uniqueid)
        return lent

    async def _decide(self, uniqueid: str, asked: str) -> Lent:
        callee: str | None = None
        told = named(asked, self._by_name)
        country = told.slug if told else ""
        if told is None:
            judged = judge(parse(asked), self._by_iso)
            country, callee = judged.country, judged.number
            if not country:
                return Lent(callerid="", why=judged.why, country="")
        if self._engine.why_not:
            # Asterisk may keep opt-outs that we have not taken over yet.
            return Lent(callerid="", why=self._engine.why_not, country=country)
        own = self._own(uniqueid)
        if own is not None and own.country == country and callee in (None, own.number):
            return await self._keep(own)
        found = await self._lender.lend(country, lab=await self._is_lab(), callee=callee)
        match found:
            case Choice():
                return Lent(callerid=found.number, why=found.why(), country=country)
            case Exhausted():
                return Lent(callerid="", why=found.why, country=country)
            case _:
                return Lent(callerid="", why=found, country=country)

    async def _keep(self, own: Record) -> Lent:
        """Give a call of ours what it has: it was counted when the call was begun."""
        if await self._ledger.is_opted_out(own.number):
            return Lent(callerid="", why=No.OPTED_OUT, country=own.country)
        return Lent(callerid=own.callerid, why=OWN, country=own.country)

    def _own(self, uniqueid: str) -> Record | None:
        return self._engine.known(CallId(uniqueid)) if is_call_id(uniqueid) else None

    async def _is_lab(self) -> bool:
        """Say whether a lab's numbers are lent: only in a lab whose every trunk ends on this machine.

        We cannot know which trunk a foreign dialplan will take, so one that leads away is enough for No.
        """
        trunks = self._settings.trunks.values()
        if not self._settings.lab or not trunks:
            return False
        for trunk in trunks:
            if not stays_here(await self._leads(trunk.dial)):
                return False
        return True
