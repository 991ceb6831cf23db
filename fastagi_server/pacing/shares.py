"""How engines on one store share a limit: who may use how many of its calls per second. Pure arithmetic.

What is shared are whole calls of a second, because a limit is kept as a law of whole calls (`pacing.window`).
An engine takes only what is free in the store. What it gives up it first leaves unused for a second, and only
then the store says so. So in every sliding second the sum is within the limit, however fair the shares are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace


def whole(limit: float) -> int:
    """Give a limit in whole calls of a second; a limit below one a second allows one."""
    return max(1, int(limit))


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """A run's sign of life: whose run it is, and a count that it moves."""

    engine: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """The part that a run of an engine has in a scope, as the store has it.

    `cps` is the limit as it knows it, `share` the whole calls of a second that are its own, `wanted`
    how many it could use. Where there are fewer calls than engines, the lowest `place` comes first.
    """

    scope: str
    run: str
    cps: float
    share: int
    wanted: int
    place: int


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an engine wants of a scope; `floor` calls may have left within the last second, so many it keeps.

    With `had_turn` it has had a scarce call for long enough.
    """

    cps: float
    floor: int
    wanted: int
    had_turn: bool = False


@dataclass(frozen=True, kw_only=True)
class Beat:
    """What an engine asks of the store at once for all its scopes; `count` grows from beat to beat of a run.

    At its `first` beat it takes the place of earlier runs of its name. `silent` are the runs whose pulse it
    has not seen moving for so long that they surely use nothing any more.
    """

    engine: str
    run: str
    count: int
    first: bool
    wishes: Mapping[str, Wish]
    silent: Mapping[str, Pulse] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Deal:
    """What a beat comes to: what the store is to hold, and what the engine may use from now on.

    `gone` are dropped, the runs whose place we take among them where we `took_over`; `pulse` is ours, None
    where it need not move; `changed` are our parts that the store does not have yet. `others` are the runs
    that are left. Of what is `held` for us the `shares` may be used, under `limits` that are the lowest that
    any engine knows.
    """

    gone: tuple[str, ...] = ()
    took_over: bool = False
    pulse: Pulse | None = None
    others: Mapping[str, Pulse] = field(default_factory=dict)
    changed: Sequence[Part] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)


def decide(beat: Beat, pulses: Mapping[str, Pulse], parts: Iterable[Part]) -> Deal:
    """Give what a beat comes to, from what the store holds at this moment."""
    silent = {run for run, pulse in beat.silent.items() if pulses.get(run) == pulse}
    earlier = {
        run for run, pulse in pulses.items() if beat.first and pulse.engine == beat.engine and run != beat.run
    }
    left = {run: pulse for run, pulse in pulses.items() if run not in silent | earlier}
    held: dict[str, dict[str, Part]] = {scope: {} for scope in beat.wishes}
    heir: Counter[str] = Counter()
    for part in parts:
        # Parts without a pulse are nobody's.
        if part.run in left and part.scope in held:
            held[part.scope][part.run] = part
        elif part.run in earlier:
            heir[part.scope] += part.share
    ours = left.pop(beat.run, None)
    dealt = [_deal(beat.run, scope, wish, held[scope], heir[scope]) for scope, wish in beat.wishes.items()]
    return Deal(
        gone=tuple(sorted(silent | earlier)),
        took_over=bool(earlier),
        # Nobody need see it move while nobody is there: whoever comes now watches it from then on. It never
        # comes back to what it was, not even of a run that was dropped meanwhile.
        pulse=None if ours and not left else Pulse(engine=beat.engine, count=beat.count),
        others=left,
        changed=[each.part for each in dealt if held[each.part.scope].get(beat.run) != each.part],
        held={each.part.scope: each.part.share for each in dealt},
        shares={each.part.scope: each.use for each in dealt},
        limits={each.part.scope: each.limit for each in dealt},
    )


@dataclass(frozen=True, kw_only=True)
class _Dealt:
    part: Part
    use: int
    limit: float


def _deal(run: str, scope: str, wish: Wish, held: Mapping[str, Part], heir: int) -> _Dealt:
    others = {name: part for name, part in held.items() if name != run}
    limit = min([wish.cps, *(part.cps for part in others.values())])
    calls = whole(limit)
    places = [part.place for part in others.values()]
    known = held.get(run)
    own = known.share if known else heir
    place = known.place if known else max(places, default=-1) + 1
    wanting = bool(wish.wanted) + sum(bool(part.wanted) for part in others.values())
    if wish.had_turn and wanting > calls and place <= max(places, default=-1):
        place = max(places) + 1
    ours = Part(scope=scope, run=run, cps=wish.cps, share=own, wanted=wish.wanted, place=place)
    queue = sorted([ours, *others.values()], key=lambda part: (part.place, part.run))
    fair = _fair({part.run: part.wanted for part in queue}, calls)
    free = calls - own - sum(part.share for part in others.values())
    short = sum(
        max(0, min(fair[name], part.wanted) - part.share) for name, part in others.items() if part.wanted
    )
    target = fair[run]
    if target > own:
        share = use = own + max(0, min(free, target - own))
    elif short > free or free < 0:
        share, use = min(own, max(target, wish.floor, heir)), target
    else:
        share = use = own
    return _Dealt(part=replace(ours, share=share), use=min(use, share), limit=limit)


def _fair(wanted: Mapping[str, int], calls: int) -> dict[str, int]:
    """Deal whole calls to those who want some, as equally as they want; the rest stands by with all."""
    parts = _pour(wanted, calls)
    left = calls - sum(parts.values())
    by_side = _pour(dict.fromkeys(wanted, calls), left)
    return {name: part + by_side[name] for name, part in parts.items()}


def _pour(wanted: Mapping[str, int], calls: int) -> dict[str, int]:
    parts = dict.fromkeys(wanted, 0)
    thirsty = [name for name, most in wanted.items() if most > 0]
    while calls and thirsty:
        each = max(1, calls // len(thirsty))
        for name in thirsty:
            more = min(each, wanted[name] - parts[name], calls)
            parts[name] += more
            calls -= more
        thirsty = [name for name in thirsty if parts[name] < wanted[name]]
    return parts
