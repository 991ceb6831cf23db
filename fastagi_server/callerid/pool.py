"""The caller IDs of one country in one counting period, and which of them the next call shows.

The same one again for the same contact, then the callee's area, then the least used, then the longest idle;
one near its cap only where nothing else is left. Choosing costs the same with 100 numbers and with 1,000,000.
The pool is a view: the store counts, what it says is learned here, and what it has reserved for this engine
is known to be ours.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heapreplace

from fastagi_server.callerid.aside import Aside
from fastagi_server.callerid.choice import NEVER, Choice, How, Passed
from fastagi_server.callerid.levels import NOBODY, Levels, Links
from fastagi_server.telephony.did import Rest, Use

# From nine tenths of its cap on, a number is shown only where nothing else is left.
NEAR = 10
_NO_LIMIT = 2**62


def near_cap(cap: int) -> int:
    """Give the uses from which a number is near its cap."""
    return cap - cap // NEAR


class Pool:
    """One country's numbers; `cap` is each one's uses in the period, 0 for no limit.

    `area` gives the area of a number, `rests` who is not shown for a while, `passed` counts those of the
    country that the pool does not have; `reserved` is how many uses the store holds for us.
    """

    def __init__(
        self,
        *,
        country: str,
        period: str,
        cap: int,
        uses: Iterable[Use],
        rests: Iterable[Rest] = (),
        area: Callable[[str], str] = lambda _: "",
        passed: Mapping[Passed, int] | None = None,
    ) -> None:
        self.country = country
        self.period = period
        self.cap = cap
        self._most = cap or _NO_LIMIT
        self._near = near_cap(cap) if cap else _NO_LIMIT
        known = sorted((use.uses, use.last_at or NEVER, use.number) for use in uses)
        self._numbers = [number for _, _, number in known]
        self._members = {number: member for member, number in enumerate(self._numbers)}
        # What the store has counted, and of it what is reserved for us and not taken yet.
        self._counted = array("q", (count for count, _, _ in known))
        self._reserved: dict[int, int] = {}
        self.reserved = 0
        self._last_at = array("d", (last for _, last, _ in known))
        self._all = Levels(Links(len(known)))
        links = Links(len(known))
        self._areas: dict[str, Levels] = {}
        self._area_of: list[Levels] = []
        for number in self._numbers:
            place = area(number)
            if place not in self._areas:
                self._areas[place] = Levels(links)
            self._area_of.append(self._areas[place])
        self._aside = Aside(
            (self._members[rest.number], rest) for rest in rests if rest.number in self._members
        )
        self._passed = dict(passed or {})
        self._there = self._at_cap = self._near_cap = self._left = 0
        for member in range(len(known)):
            self._join(member)

    def __len__(self) -> int:
        return len(self._members)

    @property
    def left(self) -> int | None:
        """How many uses are left in the period, reserved ones too; None where there is no limit."""
        return self._left if self.cap else None

    @property
    def resting(self) -> int:
        """How many of the numbers rest or are in quarantine."""
        return sum(self._aside.counts.values())

    @property
    def wakes(self) -> float | None:
        """When the next rest ends, as far as that is known."""
        return self._aside.next_end

    def choose(self, now: float, *, same: str = "", area: str = "") -> Choice | None:
        """Take the next number and count its use here; None when every number is at its cap or rests.

        `same` is the number that the contact was shown before, `area` where it lives.
        """
        for member, why in self._aside.moves(now):
            self._join(member) if why is None else self._put_aside(member, why)
        least = self._all.lowest()
        if least == NOBODY:
            return None
        level = self._level(least)
        if level >= self._most:
            return None
        bound = self._near if level < self._near else self._most
        if same:
            member = self._members.get(same, NOBODY)
            if member != NOBODY and member not in self._aside and self._level(member) < bound:
                return self._take(member, now, How.SAME)
        if area and area in self._areas:
            member = self._areas[area].lowest()
            if member != NOBODY and self._level(member) < bound:
                return self._take(member, now, How.AREA)
        return self._take(least, now, How.LEAST)

    def take(self, number: str, now: float) -> Choice:
        """Count a use of the number that somebody names; whether it may be shown, the store says."""
        member = self._members.get(number, NOBODY)
        if member == NOBODY or member in self._aside:
            return Choice(number=number, uses=0, last_at=NEVER, of=len(self), how=How.NAMED)
        return self._take(member, now, How.NAMED)

    def learn(self, number: str, uses: int) -> None:
        """Take the store's count of a number, reserved uses too: another engine may have used it."""
        member = self._members.get(number, NOBODY)
        if member != NOBODY and self._counted[member] != uses:
            self._set(member, uses, self._reserved.get(member, 0))

    def refused(self, number: str, uses: int, *, leased: bool = False) -> None:
        """Take it that the store had no use of the number for us; `leased` if not even a reserved one.

        What was reserved while we asked for one more is ours all the same.
        """
        member = self._members.get(number, NOBODY)
        if member == NOBODY:
            return
        self._set(member, max(uses, self.cap), 0 if leased else self._reserved.get(member, 0))
        if not self.cap:
            # There is a cap since, and we have not heard of it yet.
            self._put_aside(member, Passed.AT_CAP)

    def give_back(self, number: str, *, leased: bool = False) -> None:
        """Take back a use that was chosen here and never came to be in the store."""
        member = self._members.get(number, NOBODY)
        if member == NOBODY:
            return  # somebody else, who waited at the same time, was told that it is not ours any more
        held = self._reserved.get(member, 0)
        if leased:
            self._set(member, self._counted[member], held + 1)
        elif self._counted[member] > held:
            self._set(member, self._counted[member] - 1, held)

    def forget(self, number: str) -> None:
        """Take a number out: it is not ours any more."""
        member = self._members.pop(number, NOBODY)
        if member != NOBODY:
            self._put_aside(member, None)

    def rest(self, number: str) -> None:
        """Take a number out that the store says must not be shown; how long, the next loading tells."""
        member = self._members.get(number, NOBODY)
        if member != NOBODY:
            self._put_aside(member, Passed.RESTING)

    def propose(self, most: int) -> dict[str, int]:
        """Give the uses that are best reserved next, so that all numbers are used alike."""
        wanted: list[tuple[int, int, int]] = []
        fresh = 0
        for order, member in enumerate(self._all.in_order()):
            counted = self._counted[member]
            if fresh >= most or self._level(member) >= self._most:
                break
            if counted < self._most:
                wanted.append((counted, order, member))
                fresh += member not in self._reserved
        heapify(wanted)
        found: dict[str, int] = {}
        for _ in range(most if wanted else 0):
            counted, order, member = wanted[0]
            if counted >= self._most:
                break
            number = self._numbers[member]
            found[number] = found.get(number, 0) + 1
            heapreplace(wanted, (counted + 1, order, member))
        return found

    def grant(self, granted: Mapping[str, int], uses: Mapping[str, int]) -> None:
        """Take what the store has reserved for us, and what it has counted of every number that was asked."""
        for number, counted in uses.items():
            member = self._members.get(number, NOBODY)
            if member != NOBODY:
                self._set(member, counted, self._reserved.get(member, 0) + granted.get(number, 0))

    def release(self) -> None:
        """Know nothing reserved any more: it is given back."""
        for member, held in tuple(self._reserved.items()):
            self._set(member, self._counted[member] - held, 0)

    def _take(self, member: int, now: float, how: How) -> Choice:
        level, last_at = self._level(member), self._last_at[member]
        held = self._reserved.get(member, 0)
        near = self._near_cap if level < self._near else 0
        busy = self._at_cap or near or self._passed or self._aside.counts
        choice = Choice(
            number=self._numbers[member],
            uses=level,
            last_at=last_at,
            of=self._there - self._at_cap - near,
            period=self.period,
            how=how,
            leased=held > 0,
            passed=self._passed_over(near) if busy else (),
        )
        self._last_at[member] = now
        if held:
            self._set(member, self._counted[member], held - 1)
        else:
            self._set(member, self._counted[member] + 1, 0)
        return choice

    def _passed_over(self, near: int) -> tuple[tuple[Passed, int], ...]:
        """Count those that are not chosen now, by the reason."""
        told = {Passed.AT_CAP: self._at_cap, Passed.NEAR_CAP: near, **self._aside.counts, **self._passed}
        return tuple((why, count) for why, count in told.items() if count)

    def _level(self, member: int) -> int:
        return self._counted[member] - self._reserved.get(member, 0)

    def _set(self, member: int, counted: int, reserved: int) -> None:
        """Change what is known of a member, and put it where it belongs then: behind all who are there."""
        stands = member not in self._aside
        level = self._level(member)
        moves = level != counted - reserved
        if stands and moves:
            self._leave(member)
        self._counted[member] = counted
        self.reserved += reserved - self._reserved.get(member, 0)
        if reserved:
            self._reserved[member] = reserved
        else:
            self._reserved.pop(member, None)
        if stands and moves:
            self._join(member)

    def _join(self, member: int) -> None:
        level = self._level(member)
        self._all.join(member, level)
        self._area_of[member].join(member, level)
        self._there += 1
        self._tell(level, 1)

    def _leave(self, member: int) -> None:
        level = self._level(member)
        self._all.leave(member, level)
        self._area_of[member].leave(member, level)
        self._there -= 1
        self._tell(level, -1)

    def _tell(self, level: int, change: int) -> None:
        if level >= self._most:
            self._at_cap += change
            return
        self._left += change * (self._most - level) if self.cap else 0
        if level >= self._near:
            self._near_cap += change

    def _put_aside(self, member: int, why: Passed | None) -> None:
        if member not in self._aside:
            self._leave(member)
        self._aside.put(member, why)
