"""What the engine needs of its neighbours; app gives it the real ones, tests give it doubles.

A port's promise is an awaitable; this room does not know which kind, only the roof drives them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastagi_server.callerid.choice import Passed
from fastagi_server.campaign.retry import Next
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, Campaign, CampaignState, Contact, NotBegun
from fastagi_server.telephony.did import Loan, Mark, Rest, Use
from fastagi_server.telephony.facts import Fact
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Begin, Kept, OptOut, Record


class Hands(Protocol):
    """What is done to a call, wherever it is."""

    def hangup(self, call: CallId) -> Awaitable[None]:
        """End a call, ringing ones too; a call that is gone already is no error."""
        ...

    def keep_optout(self, kept: Kept) -> Awaitable[None]:
        """Have an opt-out kept in AstDB, as the dialplan would."""
        ...

    def forget_optout(self, kept: Kept) -> Awaitable[None]:
        """Delete a kept opt-out, once it is durable with us."""
        ...


class Switch(Hands, Protocol):
    """One Asterisk's orders and answers."""

    def originate(self, order: PlaceCall) -> Awaitable[None]:
        """Write the Originate; what becomes of it comes up as facts. Never written a second time."""
        ...

    def live_calls(self) -> Awaitable[frozenset[CallId]]:
        """Give the calls of ours that Asterisk has."""
        ...

    def kept_optouts(self) -> Awaitable[Sequence[Kept]]:
        """Give the opt-outs kept in AstDB."""
        ...


@dataclass(frozen=True, kw_only=True)
class Asterisk:
    """One Asterisk, as the engine sees it.

    `weight` is its share of the calls beside the others', 0 for none. Once its link has been away for
    `write_off` seconds, its calls are closed as unknown, if others can go on.
    """

    switch: Switch
    name: str = FIRST
    weight: float = 1.0
    write_off: float = 300.0
    is_stuck: Callable[[], bool] = lambda: False


class Ledger(Protocol):
    """The store, as the engine sees it: every promise is kept only once it is durable.

    While it is away questions raise; what ends and who opted out is written when it is back.
    """

    @property
    def is_away(self) -> bool:
        """Whether the store is away as far as we know."""
        ...

    def present(self) -> Awaitable[None]:
        """Wait until the store is there."""
        ...

    def keep(self, record: Record) -> Awaitable[None]:
        """Write the record as it stands now."""
        ...

    def finish(self, record: Record, then: Next) -> Awaitable[None]:
        """Write the record of an ended call and move its contact, in one go."""
        ...

    def campaigns(self) -> Awaitable[Sequence[Campaign]]:
        """Give every campaign."""
        ...

    def opt_out(self, entry: OptOut) -> Awaitable[bool]:
        """Put a number on the list; True when it was not there."""
        ...

    def is_opted_out(self, number: str) -> Awaitable[bool]:
        """Say whether the number is on the list."""
        ...

    def find(self, call: CallId) -> Awaitable[Record | None]:
        """Give the record of a call, or None."""
        ...

    def open_calls(self) -> Awaitable[Sequence[Record]]:
        """Give the calls that have no end yet."""
        ...


@dataclass(frozen=True, kw_only=True)
class CountryUses:
    """A country's caller IDs in one period; `cap` is the operator's own limit, None for the file's.

    `rests` are those that are not shown for a while, `passed` counts numbers of the country that are not
    among them, and `held` is how many uses other engines have reserved.
    """

    period: str
    cap: int | None
    uses: Sequence[Use]
    rests: Sequence[Rest] = ()
    passed: Mapping[Passed, int] = field(default_factory=dict)
    held: int = 0


class Uses(Protocol):
    """What the caller-ID pools need of the store."""

    def uses(self, country: str, day: str, *, lab: bool) -> Awaitable[CountryUses]:
        """Give the owned caller IDs of a country with their uses in the day's current period.

        With `lab` those marked as a lab's, without it those that are really ours; never both.
        """
        ...


class Begins(Protocol):
    """What a call by hand needs of the store."""

    def attempt(self, attempt: Attempt) -> Awaitable[Begun | NotBegun]:
        """Begin a call that no list ordered: count its caller ID, open its record, all or nothing."""
        ...

    def marks(self, number: str) -> Awaitable[Mapping[str, Mark]]:
        """Give what the inventory knows of a number, by country; nothing where it never had it."""
        ...

    def imported(self, country: str, *, lab: bool) -> Awaitable[bool]:
        """Say whether any caller ID was imported for a country, retired ones too; a lab's only with `lab`."""
        ...


class Lends(Protocol):
    """What lending a caller ID needs of the store."""

    def lend(self, loan: Loan) -> Awaitable[Begun | NotBegun]:
        """Count one use of a caller ID durably, or say why not."""
        ...


class Sends(Protocol):
    """What a runner needs of the engine."""

    @property
    def ready(self) -> bool:
        """Whether Asterisk is there."""
        ...

    def hears(self) -> bool:
        """Say whether we would know by now who went on the opt-out list just before."""
        ...

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        ...

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        ...

    def admit(self, begin: Begin) -> None:
        """Know a call that is begun and waits for its slot."""
        ...

    def send(self, order: PlaceCall, planned_at: float, asterisk: str) -> bool:
        """Write the Originate to an Asterisk now; False when the last look said No."""
        ...

    def cancel(self, call: CallId, why: str) -> None:
        """Take back a call that has not left."""
        ...


class CampaignLedger(Protocol):
    """The store, as a running campaign sees it."""

    def attempt(self, attempt: Attempt) -> Awaitable[Begun | NotBegun]:
        """Begin an attempt: claim the contact, count the caller ID, open the record, all or nothing."""
        ...

    def may_show(self, begin: Begin, *, lab: bool) -> Awaitable[bool]:
        """Say whether the caller ID of an attempt that was begun before may still be shown."""
        ...

    def due(
        self, campaign: str, now: float, *, limit: int, not_countries: Collection[str]
    ) -> Awaitable[Sequence[Contact]]:
        """Give contacts that may be called now, the longest due first."""
        ...

    def refuse(self, contact: Contact, why: str) -> Awaitable[object]:
        """Keep that a contact must not be called, for good."""
        ...

    def postpone(self, contact: Contact, due_at: float, why: str) -> Awaitable[object]:
        """Keep that a contact is to be tried later."""
        ...

    def is_over(self, campaign: str) -> Awaitable[bool]:
        """Say whether nobody of a campaign waits, now or for later, and nobody is in a call."""
        ...

    def set_state(self, campaign: str, state: CampaignState) -> Awaitable[None]:
        """Keep where a campaign stands."""
        ...


class Later(Protocol):
    """The least of a reactor: call me later."""

    def __call__(self, seconds: float, call: Callable[[], None]) -> Cancellable:
        """Call after so many seconds."""
        ...


class Cancellable(Protocol):
    """A call that has not come yet."""

    def cancel(self) -> None:
        """Do not call."""
        ...


class Watcher(Protocol):
    """Whoever wants to know: the desk, metrics, the log."""

    def __call__(self, record: Record, fact: Fact) -> None:
        """Take the record after the fact."""
        ...


class Spawn(Protocol):
    """Runs a coroutine to its end; its failure goes to the log, never to nobody."""

    def __call__(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start the work."""
        ...
