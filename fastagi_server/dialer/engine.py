"""Places calls and follows them: orders go down through the ports, facts come up and move the call.

Everything here runs in one thread, the reactor's; nothing blocks and nothing looks at a clock by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.ends import Ends
from fastagi_server.dialer.fleet import Fleet
from fastagi_server.dialer.gate import ON_THE_LIST, STORE_AWAY, NotDialedError
from fastagi_server.dialer.news import News
from fastagi_server.dialer.ports import Asterisk, Later, Ledger, Spawn, Watcher
from fastagi_server.dialer.turning_away import LEFT, TurningAway
from fastagi_server.dialer.up import Up
from fastagi_server.dialer.watchers import Watchers
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Begin, Kept, OptOut, Record, State, changed

KEY = "key"
DIALPLAN = "dialplan"
AGAIN_SECONDS = 1.0


class Engine:
    """The calls of one Discador process; not `ready` until an Asterisk's kept opt-outs are taken over."""

    def __init__(
        self,
        *,
        asterisks: Sequence[Asterisk],
        ledger: Ledger,
        clock: Clock,
        spawn: Spawn,
        optout_key: Callable[[str], str],
        later: Later,
        name: str = "",
    ) -> None:
        self._ledger, self._clock = ledger, clock
        self._spawn, self._later, self._optout_key = spawn, later, optout_key
        self.over = Up()
        self._calls: dict[CallId, Record] = {}
        self._placing: set[CallId] = set()
        self._opted_out: set[CallId] = set()
        self._watchers, self._news = Watchers(), News()
        self.fleet = Fleet(asterisks, calls=self, ledger=ledger, clock=clock, engine=name)
        self.away = TurningAway(
            calls=self._calls,
            placing=self._placing,
            cancel=self.cancel,
            ledger=ledger,
            hands=self.fleet,
            spawn=spawn,
            clock=clock,
        )
        # Whether we would know by now who left the list just before; the roof knows how that is heard.
        self.hears: Callable[[], bool] = lambda: True
        self._ends = Ends(ledger=ledger)
        self._store_away = False

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell the watcher every fact from now on; call the answer to stop."""
        return self._watchers.add(watcher)

    def known(self, call: CallId) -> Record | None:
        """Give a call that is up, as it stands."""
        return self._calls.get(call)

    @property
    def why_not(self) -> str:
        """Say why nothing is dialed; empty when calls may leave."""
        return self.fleet.why_not or (STORE_AWAY if self._store_away else "")

    @property
    def ready(self) -> bool:
        """Whether calls may leave."""
        return not self.why_not

    @property
    def live(self) -> int:
        """How many calls are open now."""
        return len(self._calls)

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        return len(self._calls) - len(self._placing)

    @property
    def drift(self) -> int:
        """In how many calls we and Asterisk differed when they were compared last."""
        return self.fleet.drift

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        return self.over.over(trunk)

    def up_at(self, asterisk: str) -> int:
        """Count the calls at an Asterisk that have left and not ended."""
        return sum(record.asterisk == asterisk for record in self._calls.values())

    def left(self) -> set[CallId]:
        """Give the calls that have left and not ended."""
        return set(self._calls) - self._placing

    def is_ending(self, call: CallId) -> bool:
        """Say whether a call has ended whose end is not written yet."""
        return call in self._ends

    def put(self, call: CallId, asterisk: str) -> None:
        """Note which Asterisk has a call."""
        self._calls[call] = changed(self._calls[call], {"asterisk": asterisk})

    def adopt(self, record: Record) -> None:
        """Know a call that the store says is open, unless it is known."""
        if self._calls.setdefault(record.call, record) is record:
            self.over.left(record)

    def admit(self, begin: Begin) -> None:
        """Know a call that is begun durably and waits for its slot: AGI can overtake the Originate."""
        self._placing.add(begin.call)
        self._calls[begin.call] = calls.opened(begin)
        if self.away.is_too_late(begin):
            self.cancel(begin.call, LEFT)

    def send(self, order: PlaceCall, planned_at: float, asterisk: str = FIRST) -> bool:
        """Write the Originate of an admitted call to an Asterisk now; False when the last look said No."""
        if order.number in self.away or order.call not in self._calls:
            self.cancel(order.call, LEFT)
            return False
        told = {"planned_at": planned_at, "trunk": order.trunk}
        self._calls[order.call] = changed(self._calls[order.call], told)
        self._spawn(self.write(order, asterisk))
        return True

    def cancel(self, call: CallId, why: str) -> None:
        """Take back an admitted call that has not left."""
        self.take(facts.OrderCancelled(call=call, at=self._clock.wall(), why=why))

    async def may_dial(self, number: str) -> None:
        """Look before a call by hand is begun; raises NotDialedError when the number must not be called."""
        if self.why_not:
            raise NotDialedError(number=number, reason=self.why_not)
        await self.fleet.sweep_if_due()
        if await self._ledger.is_opted_out(number):
            raise NotDialedError(number=number, reason=ON_THE_LIST)

    async def last_look(self, number: str) -> str | None:
        """Say why a number must not be called after all; one more cheap look before its Originate."""
        # Looked at last: it may have left while the store answered.
        if await self._ledger.is_opted_out(number) or number in self.away:
            return LEFT
        return self.why_not or None

    async def write(self, order: PlaceCall, asterisk: str = FIRST) -> None:
        """Write the Originate of an admitted call now, and wait for that Asterisk's first word."""
        if order.call not in self._calls:
            raise NotDialedError(number=order.number, reason=LEFT)
        self._placing.discard(order.call)
        self.put(order.call, asterisk)
        self.over.left(self._calls[order.call])
        await self.fleet.originate(order, asterisk)

    def take(self, fact: facts.Fact) -> None:
        """Take a fact: move its call, keep what is final, tell the watchers. Strangers' calls are ignored."""
        before = self._calls.get(fact.call)
        if before is None:
            return
        record = calls.after(before, fact)
        if isinstance(fact, facts.OptedOut):
            self._opted_out.add(fact.call)
        self._calls[fact.call] = record
        self.away.heard_of(fact.call, over=record.state is State.ENDED)
        self._watchers.tell(record, fact)
        self._news.heard(record, fact)
        if record.state is State.ENDED:
            del self._calls[fact.call]
            self.over.ended(fact.call)
            self._placing.discard(fact.call)
            self._opted_out.discard(fact.call)
            self._spawn(self._ends.keep(record))
            if record.digits and record.key is None:
                # It may have been the opt-out key, pressed while our answer was late: Asterisk kept it.
                self.fleet.may_have_kept(record.asterisk)
                self._spawn(self.fleet.sweep_if_due())
        elif isinstance(fact, facts.OriginateFailed) and record.dialed_at is None:
            self._later(self._news.patience, lambda: self._never_dialed(fact.call))
        elif isinstance(fact, facts.OptOutAsked):
            self._spawn(self._opt_out_kept(fact))
        elif isinstance(fact, facts.DigitHeard) and self._asks_to_be_left_alone(record, fact):
            self._spawn(self._opt_out_heard(record, fact))

    def _never_dialed(self, call: CallId) -> None:
        record = self._calls.get(call)
        if record is not None and record.dialed_at is None:
            self.take(facts.NeverDialed(call=call, at=self._clock.wall()))

    def _asks_to_be_left_alone(self, record: Record, fact: facts.DigitHeard) -> bool:
        """Say whether a digit is an opt-out: its country's key at any time before the callee is connected.

        The dialplan does not hear what is pressed during AMD() or just before a hang-up; AMI tells it all
        the same.
        """
        return record.connected_at is None and fact.press.digit == self._optout_key(record.country)

    async def _opt_out_heard(self, record: Record, fact: facts.DigitHeard) -> None:
        try:
            await self.opt_out(call=fact.call, digit=fact.press.digit, source=KEY)
        except DiscadorError:
            # Durable before the call is ended: if not with us, then with Asterisk, as the dialplan does it.
            await self.fleet.keep_optout(Kept(call=fact.call, at=fact.at, digit=fact.press.digit))
        if record.amd_at is None:
            # AMD() ate the key, so nobody but us will end the call.
            await self.fleet.hangup(fact.call)

    async def _opt_out_kept(self, fact: facts.OptOutAsked) -> None:
        """Make it durable even when the AGI question never reaches us, then free Asterisk of it."""
        if await self.opt_out(call=fact.call, digit=fact.digit, source=KEY):
            await self.fleet.forget_optout(Kept(call=fact.call, at=fact.at, digit=fact.digit))

    async def opt_out(self, *, call: CallId, digit: str, source: str) -> bool:
        """Put the callee on the list durably, then tell it; False when nobody knows the call."""
        number = await self.number_of(call)
        if number is None:
            return False
        at = self._clock.wall()
        await self.leave_alone(OptOut(number=number, at=at, source=source, call=call, digit=digit or None))
        if call not in self._opted_out:
            self.take(facts.OptedOut(call=call, at=self._clock.wall(), digit=digit, source=source))
        return True

    async def opt_out_number(
        self, number: str, *, source: str, digit: str = "", who: str = "", why: str = ""
    ) -> None:
        """Put a number on the list durably that no call of ours is the evidence for."""
        at = self._clock.wall()
        entry = OptOut(number=number, at=at, source=source, digit=digit or None, who=who, why=why)
        await self.leave_alone(entry)

    async def leave_alone(self, entry: OptOut) -> None:
        """Put an entry on the list durably; from here on no prepared attempt of ours goes to its number.

        What rings there is cancelled once it is durable.
        """
        self.away.mark({entry.number})
        try:
            await self._ledger.opt_out(entry)
        except Exception:
            # Asterisk keeps it until we have it: the next look there takes it over.
            self.fleet.may_have_kept()
            raise
        self.away.left({entry.number}, but=entry.call)
        if entry.call is not None and entry.call not in self._calls:
            await self._ends.opted_out_late(entry)

    async def number_of(self, call: CallId) -> str | None:
        """Give the number that a call of ours has called, over or not."""
        known = self._calls.get(call) or await self._ledger.find(call)
        return known.number if known else None

    async def link_up(self, name: str = FIRST, then: Callable[[], Awaitable[object]] | None = None) -> None:
        """An Asterisk is there (again): take over its kept opt-outs, then adopt or close what was open there.

        Nothing is dialed there before this and what `then` does is done.
        """
        await self._ledger.present()
        await self.fleet[name].sweep.now()
        await self.fleet[name].recovery.adopt()
        if then is not None:
            await then()
        self.fleet.opens(name)

    def link_down(self, name: str = FIRST) -> None:
        """An Asterisk is gone: nothing new is dialed there until it is back."""
        self.fleet.lost(name)

    def pulse(self) -> None:
        """Say that time goes on; called twice a second, so that standing still is noticed."""
        self.fleet.pulse()
        self.away.forget()

    def store_away(self) -> None:
        """The store is away: nothing new is dialed until it is back; calls that are up go on."""
        self._store_away = True

    async def store_back(self) -> None:
        """The store is back: take over what Asterisk kept meanwhile, then dial again."""
        try:
            await self.fleet.sweep()
        except DiscadorError:
            # It is away again, or the link is slow or gone; that is told elsewhere.
            self._later(AGAIN_SECONDS, lambda: self._spawn(self.store_back()))
        else:
            self._store_away = self._ledger.is_away
