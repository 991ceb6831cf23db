"""What must hold when a campaign is over, whatever was killed meanwhile, looked up in two accounts.

The carrier's file says whom we rang; our store says whom we think we rang. Nothing else is read here, and
nothing is asked of an engine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastagi_server.campaign.retry import AGAIN
from fastagi_server.loadtest.books import Books
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.cut import cut_short, up_at
from fastagi_server.loadtest.match import Match, Ours, match
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.campaign import Contact, ContactState, No
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record

# The ends of a record of which no call at the carrier is claimed.
_CLAIMS_NOTHING = frozenset({Disposition.UNKNOWN, Disposition.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed, and what was done to the engine.

    `capped` is the country whose caller IDs have a `cap`; `retries` how many further attempts a contact may
    have; `kills` when the engine was killed; `spans` from when to when something else was done to it;
    `paused` the campaigns and countries that wait for a new day.
    """

    countries: Mapping[str, Country]
    capped: str
    cap: int
    retries: int = 0
    kills: Sequence[float] = ()
    spans: Sequence[tuple[float, float]] = ()
    paused: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """What was found: numbers to read, and faults, of which each must be empty."""

    contacts: dict[str, int]
    rung: int
    unknown_rung: int
    unknown_never_rung: int
    uses: int
    shown: int
    burnt: int
    opted_out: int
    up_at_kills: tuple[int, ...]
    match: Match
    faults: dict[str, tuple[str, ...]]

    @property
    def clean(self) -> bool:
        """Whether there is no fault."""
        return not any(self.faults.values())


@dataclass(frozen=True)
class _Case:
    """Both accounts, joined once by X-Discador-Call."""

    carriers: Sequence[CarrierCall]
    books: Books
    terms: Terms
    records: Mapping[str, Record]
    rung: Mapping[int | None, Sequence[CarrierCall]]

    @property
    def joined(self) -> Iterator[tuple[CarrierCall, Record]]:
        """Every call at the carrier whose record we have."""
        return ((call, self.records[call.call]) for call in self.carriers if call.call in self.records)

    @property
    def unseen(self) -> Iterator[Record]:
        """Every record of ours of which the carrier knows nothing."""
        heard = {call.call for call in self.carriers}
        return (record for record in self.books.calls if record.call not in heard)


def examine(carriers: Sequence[CarrierCall], books: Books, terms: Terms) -> Afterwards:
    """Look for whatever must not be."""
    records = {str(record.call): record for record in books.calls}
    rung: defaultdict[int | None, list[CarrierCall]] = defaultdict(list)
    for call in sorted(carriers, key=lambda each: each.invited_at):
        if call.call in records:
            rung[records[call.call].contact].append(call)
    case = _Case(carriers, books, terms, records, rung)
    told = _match(case)
    shown = _shown(case)
    return Afterwards(
        contacts={str(state): n for state, n in Counter(each.state for each in books.contacts).items()},
        rung=sum(1 for contact in books.contacts if rung.get(contact.id)),
        unknown_rung=sum(1 for _, record in case.joined if record.disposition is Disposition.UNKNOWN),
        unknown_never_rung=sum(1 for each in case.unseen if each.disposition is Disposition.UNKNOWN),
        uses=sum(books.uses.values()),
        shown=shown.total(),
        burnt=sum(books.uses.values()) - shown.total(),
        opted_out=len(_first_optouts(case)),
        up_at_kills=tuple(sum(up_at(call, kill) for call in carriers) for kill in terms.kills),
        match=told,
        faults={
            "over": tuple(_over(case, shown)),
            "burnt": tuple(_burnt(case, shown)),
            "twice": tuple(_twice(case)),
            "lost": tuple(_lost(case)),
            "strangers": tuple(call.number for call in carriers if call.call not in records),
            "called_after_optout": tuple(_called_after_optout(case)),
            "optout_not_kept": tuple(_optout_not_kept(case)),
            "cut": tuple(_cut(case)),
            "never_ended": tuple(call.call for call in carriers if call.ended_at is None),
        },
    )


def _match(case: _Case) -> Match:
    """Compare the accounts of the calls about which we claim to know anything."""
    ours = [record for record in case.books.calls if record.disposition not in _CLAIMS_NOTHING]
    silent = {record.call for record in case.books.calls} - {record.call for record in ours}
    return match(
        [
            Ours(call=each.call, number=each.number, planned_at=each.planned_at, disposition=each.disposition)
            for each in ours
        ],
        [call for call in case.carriers if call.call not in silent],
    )


def _shown(case: _Case) -> Counter[str]:
    """Count the capped country's caller IDs as the carrier saw them."""
    return Counter(call.callerid for call, record in case.joined if record.country == case.terms.capped)


def _over(case: _Case, shown: Counter[str]) -> Iterator[str]:
    for did in sorted(shown.keys() | case.books.uses.keys()):
        uses = case.books.uses.get(did, 0)
        if max(shown[did], uses) > case.terms.cap:
            yield f"{did}: shown {shown[did]} times, counted {uses}, the cap is {case.terms.cap}"
        elif shown[did] > uses:
            yield f"{did}: shown {shown[did]} times and counted only {uses}"


def _burnt(case: _Case, shown: Counter[str]) -> Iterator[str]:
    """Find uses without a call: one for each attempt that was met before it left is the price, no more."""
    met = Counter(record.callerid for record in case.unseen if _is_met(record, case.terms))
    for did, uses in sorted(case.books.uses.items()):
        if uses - shown[did] > met[did]:
            yield f"{did}: {uses} counted, {shown[did]} shown, {met[did]} met by a kill"


def _is_met(record: Record, terms: Terms) -> bool:
    """Say whether a kill came between the attempt's begin and its end, or a span of what lasted."""
    ended = float("inf") if record.ended_at is None else record.ended_at
    spans = (*((kill, kill) for kill in terms.kills), *terms.spans)
    return any(record.begun_at <= last and first < ended for first, last in spans)


def _twice(case: _Case) -> Iterator[str]:
    """Find whoever was rung again, or is about to be, though the ring before asked for no other."""
    counted = Counter(call.call for call in case.carriers)
    yield from (f"{call}: one call came {times} times" for call, times in counted.items() if times > 1)
    for contact in case.books.contacts:
        calls = case.rung.get(contact.id, ())
        waits = contact.state is ContactState.QUEUED
        for call in calls if waits else calls[:-1]:
            record = case.records[call.call]
            if not _asks_again(call, record, case.terms.retries):
                again = "is to be rung again" if call is calls[-1] else "was rung again"
                yield f"{contact.number} {again} after {call.call}: {call.outcome}, {record.disposition}"


def _asks_again(call: CarrierCall, record: Record, retries: int) -> bool:
    return call.answered_at is None and record.disposition in AGAIN and record.attempt <= retries


def _lost(case: _Case) -> Iterator[str]:
    """Find whoever fell between: neither rung, nor waiting with a reason, nor said to be unknown."""
    last = {record.contact: record for record in case.books.calls}
    out = {entry.number for entry in case.books.optouts}
    for contact in case.books.contacts:
        why = _why_lost(contact, last.get(contact.id), case, out)
        if why:
            yield f"{contact.number} {why}"


def _why_lost(contact: Contact, record: Record | None, case: _Case, out: set[str]) -> str:
    if contact.state is ContactState.DONE:
        return "" if case.rung.get(contact.id) else _why_done(record)
    if contact.state is ContactState.REFUSED:
        unfounded = contact.why == No.OPTED_OUT and contact.number not in out
        return "is refused for an opt-out of which there is no evidence" if unfounded else ""
    if contact.state is ContactState.DIALING:
        return "is in a call for ever"
    paused = (contact.campaign, contact.country) in case.terms.paused
    return "" if paused else "waits, and nothing keeps it from being called"


def _why_done(record: Record | None) -> str:
    if record is None:
        return "is done without a record"
    if record.disposition is Disposition.UNKNOWN:
        return ""
    return f"is done without a ring: {record.call} says {record.disposition}"


def _first_optouts(case: _Case) -> dict[str, float]:
    """Give when each number first pressed its opt-out key, by the carrier."""
    first: dict[str, float] = {}
    for call, record in case.joined:
        country = case.terms.countries[record.country]
        for key in call.pressed:
            if key.digit == country.connect_key:
                break
            if key.digit == country.optout_key:
                first[record.number] = min(key.at, first.get(record.number, key.at))
    return first


def _called_after_optout(case: _Case) -> Iterator[str]:
    first = _first_optouts(case)
    for entry in case.books.optouts:
        first[entry.number] = min(entry.at, first.get(entry.number, entry.at))
    for call in case.carriers:
        at = first.get(f"+{call.number}")
        if at is not None and call.invited_at > at:
            yield f"+{call.number} was called {call.invited_at - at:.1f} s after its opt-out"


def _optout_not_kept(case: _Case) -> Iterator[str]:
    kept = {entry.number for entry in case.books.optouts}
    return (number for number in _first_optouts(case) if number not in kept)


def _cut(case: _Case) -> Iterator[str]:
    """Find calls that were up at a kill and ended sooner than their callee and the dialplan would have it."""
    for call, record in case.joined:
        if record.amd_verdict is Verdict.MACHINE or not any(up_at(call, kill) for kill in case.terms.kills):
            continue
        why = cut_short(call, case.terms.countries[record.country])
        if why:
            yield f"{call.call} to {call.number}: {why}"
