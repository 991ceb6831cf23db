"""The ends of calls on their way to the store, each with its contact, however long the store is away."""

from __future__ import annotations

from contextlib import suppress

from fastagi_server.campaign import retry
from fastagi_server.dialer import call as calls
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.ports import Ledger
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Campaign
from fastagi_server.telephony.record import OptOut, Record


class Ends:
    """Those of one engine; a call is in it until its end is written."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger
        self._going: set[CallId] = set()
        self._campaigns: dict[str, Campaign] = {}

    def __contains__(self, call: CallId) -> bool:
        return call in self._going

    async def keep(self, record: Record) -> None:
        """Write the end of a call, and move its contact with it."""
        self._going.add(record.call)
        try:
            if record.contact is None:
                await self._ledger.keep(record)
            else:
                await self._ledger.finish(record, retry.after(record, await self._campaign(record.campaign)))
        finally:
            self._going.discard(record.call)

    async def opted_out_late(self, entry: OptOut) -> None:
        """Mend the record of a call that is known no more, and was written without its opt-out."""
        record = await self._ledger.find(entry.call) if entry.call else None
        if record is not None and record.optout_at is None:
            await self._ledger.keep(calls.with_late_optout(record, digit=entry.digit or "", at=entry.at))

    async def _campaign(self, name: str) -> Campaign:
        while name not in self._campaigns:
            await self._ledger.present()
            with suppress(StoreAwayError):
                found = await self._ledger.campaigns()
                self._campaigns = {each.name: each for each in found}
                break
        return self._campaigns[name]
