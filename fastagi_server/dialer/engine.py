"""Places calls and follows them: orders go down through the ports, facts come up and move the call.

Everything here runs in one thread, the reactor's; nothing blocks and nothing looks at a clock by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.ends import Ends
from fastagi_server.dialer.gate import NO_LINK, ON_THE_LIST, STORE_AWAY, NotDialedError
from fastagi_server.dialer.ports import Later, Ledger, Spawn, Switch, Watcher
from fastagi_server.dialer.recovery import Recovery
from fastagi_server.dialer.sweep import Sweep
from fastagi_server.dialer.turning_away import LEFT, TurningAway
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin, Kept, OptOut, Record, State, changed

KEY = "key"
DIALPLAN = "dialplan"
# How much later than its failure a call's channel may be told.
NEWS_SECONDS = 3.0
AGAIN_SECONDS = 1.0


class Engine:
    """The calls of one Discador process; `ready` is false until Asterisk's kept opt-outs are taken over."""

    def __init__(
        self,
        *,
        switch: Switch,
        ledger: Ledger,
        clock: Clock,
        spawn: Spawn,
        optout_key: Callable[[str], str],
        later: Later,
        name: str = "",
    ) -> None:
        self._switch = switch
        self._ledger = ledger
        self._clock = clock
        self._spawn = spawn
        self._optout_key = optout_key
        self._later = later
        self._name = name
        self._calls: dict[CallId, Record] = {}
        self._placing: set[CallId] = set()
        self._opted_out: set[CallId] = set()
        self._watchers: list[Watcher] = []
        self.away = TurningAway(
            calls=self._calls,
            placing=self._placing,
            cancel=self.cancel,
            ledger=ledger,
            switch=switch,
            spawn=spawn,
            clock=clock,
        )
        # Whether we would know by now who left the list just before; the roof knows how that is heard.
        self.hears: Callable[[], bool] = lambda: True
        self._ends = Ends(ledger=ledger)
        self.sweep = Sweep(calls=self, switch=switch, ledger=ledger, clock=clock)
        self._linked = False
        self._store_away = False
        self.recovery = Recovery(calls=self, switch=switch, ledger=ledger, clock=clock, name=name)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell the watcher every fact from now on; call the answer to stop."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def known(self, call: CallId) -> Record | None:
        """Give a call that is up, as it stands."""
        return self._calls.get(call)

    @property
    def why_not(self) -> str:
        """Say why nothing is dialed; empty when calls may leave."""
        if not self._linked:
            return NO_LINK
        return STORE_AWAY if self._store_away else ""

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
        return self.recovery.drift

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        left = (record for call, record in self._calls.items() if call not in self._placing)
        return sum(record.trunk == trunk for record in left)

    def left(self) -> set[CallId]:
        """Give the calls that have left and not ended."""
        return set(self._calls) - self._placing

    def is_ending(self, call: CallId) -> bool:
        """Say whether a call has ended whose end is not written yet."""
        return call in self._ends

    def adopt(self, record: Record) -> None:
        """Know a call that the store says is open, unless it is known."""
        self._calls.setdefault(record.call, record)

    def admit(self, begin: Begin) -> None:
        """Know a call that is begun durably and waits for its slot: AGI can overtake the Originate."""
        self._placing.add(begin.call)
        self._calls[begin.call] = calls.opened(begin)
        if self.away.is_too_late(begin):
            self.cancel(begin.call, LEFT)

    def send(self, order: PlaceCall, planned_at: float) -> bool:
        """Write the Originate of an admitted call now; False when the last look said No."""
        if order.number in self.away or order.call not in self._calls:
            self.cancel(order.call, LEFT)
            return False
        self._calls[order.call] = changed(self._calls[order.call], {"planned_at": planned_at})
        self._spawn(self.write(order))
        return True

    def cancel(self, call: CallId, why: str) -> None:
        """Take back an admitted call that has not left."""
        self.take(facts.OrderCancelled(call=call, at=self._clock.wall(), why=why))

    async def may_dial(self, number: str) -> None:
        """Look before a call by hand is begun; raises NotDialedError when the number must not be called."""
        if self.why_not:
            raise NotDialedError(number=number, reason=self.why_not)
        await self.sweep.if_due()
        if await self._ledger.is_opted_out(number):
            raise NotDialedError(number=number, reason=ON_THE_LIST)

    async def last_look(self, number: str) -> str | None:
        """Say why a number must not be called after all; one more cheap look just before its Originate."""
        # Looked at last: it may have left while the store answered.
        if await self._ledger.is_opted_out(number) or number in self.away:
            return LEFT
        return self.why_not or None

    async def write(self, order: PlaceCall) -> None:
        """Write the Originate of an admitted call now, and wait for Asterisk's first word."""
        if order.call not in self._calls:
            raise NotDialedError(number=order.number, reason=LEFT)
        self._placing.discard(order.call)
        await self._switch.originate(order)

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
        for watcher in tuple(self._watchers):
            watcher(record, fact)
        if record.state is State.ENDED:
            del self._calls[fact.call]
            self._placing.discard(fact.call)
            self._opted_out.discard(fact.call)
            self._spawn(self._ends.keep(record))
            if record.digits and record.key is None:
                # It may have been the opt-out key, pressed while our answer was late: Asterisk kept it.
                self.sweep.due = True
                self._spawn(self.sweep.if_due())
        elif isinstance(fact, facts.OriginateFailed) and record.dialed_at is None:
            self._later(NEWS_SECONDS, lambda: self._never_dialed(fact.call))
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
            await self._switch.keep_optout(Kept(call=fact.call, at=fact.at, digit=fact.press.digit))
        if record.amd_at is None:
            # AMD() ate the key, so nobody but us will end the call.
            await self._switch.hangup(fact.call)

    async def _opt_out_kept(self, fact: facts.OptOutAsked) -> None:
        """Make it durable even when the AGI question never reaches us, then free Asterisk of it."""
        if await self.opt_out(call=fact.call, digit=fact.digit, source=KEY):
            kept = Kept(call=fact.call, at=fact.at, digit=fact.digit)
            await self._switch.forget_optout(kept)

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
            self.sweep.due = True
            raise
        self.away.left({entry.number}, but=entry.call)

    async def number_of(self, call: CallId) -> str | None:
        """Give the number that a call of ours has called, over or not."""
        known = self._calls.get(call) or await self._ledger.find(call)
        return known.number if known else None

    async def link_up(self) -> None:
        """Asterisk is there (again): take over its kept opt-outs, then adopt or close what was open.

        Nothing is dialed before this is done.
        """
        await self._ledger.present()
        await self.sweep.now()
        await self.recovery.adopt()
        self._linked = True

    def link_down(self) -> None:
        """Asterisk is gone: nothing new is dialed until it is back."""
        self._linked = False
        self.recovery.link_down()

    def pulse(self) -> None:
        """Say that time goes on; called twice a second, so that standing still is noticed."""
        self.sweep.pulse()
        self.away.forget()

    def store_away(self) -> None:
        """The store is away: nothing new is dialed until it is back; calls that are up go on."""
        self._store_away = True

    async def store_back(self) -> None:
        """The store is back: take over what Asterisk kept meanwhile, then dial again."""
        try:
            if self._linked:
                await self.sweep.now()
        except DiscadorError:
            # It is away again, or the link is slow or gone; that is told elsewhere.
            self._later(AGAIN_SECONDS, lambda: self._spawn(self.store_back()))
        else:
            self._store_away = self._ledger.is_away
