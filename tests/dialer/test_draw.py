from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.draw import draw
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from tests.dialer.stage import COUNTRIES, Store, Time, run

ONE, TWO = "+13055560001", "+13055560002"
Answer = Begun | NotBegun | BaseException


class Office:
    """A country with two numbers, and a store that answers as it is told to."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self._time = Time()
        store = Store({}, {"usa": [ONE, TWO]}, cap=2)
        self._pools = Pools(countries=COUNTRIES, uses=store, clock=self._time)
        self.asked: list[str] = []

    async def count(self, pool: Pool, choice: Choice) -> Begun | NotBegun:
        self.asked.append(choice.number)
        answer = self._answers.pop(0) if self._answers else Begun(uses=1)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def draw(self) -> Any:
        self._time.pass_by(1)
        return run(draw(self._pools, "usa", lab=True, clock=self._time, count=self.count))


def test_what_the_store_says_of_a_number_is_learned_and_the_next_one_tried() -> None:
    office = Office(NotBegun(no=No.AT_CAP, uses=2), NotBegun(no=No.NOT_OWNED))

    drawn = office.draw()

    assert office.asked == [ONE, TWO]
    assert (drawn.numbers, drawn.cap, drawn.zone) == (1, 2, "America/New_York")
    assert isinstance(drawn, Exhausted)


@pytest.mark.parametrize("no", [No.OPTED_OUT, No.IN_FLIGHT, No.TAKEN])
def test_what_holds_for_any_number_is_told_and_costs_no_use(no: No) -> None:
    office = Office(*[NotBegun(no=no)] * 5)

    assert [office.draw() for _ in range(5)] == [no] * 5
    assert isinstance(office.draw(), Choice)


def test_who_is_interrupted_uses_no_pool_up() -> None:
    office = Office(*[KeyboardInterrupt() for _ in range(5)])
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            office.draw()

    assert [office.draw().uses for _ in range(2)] == [0, 0]
