from __future__ import annotations

import pytest

from fastagi_server.callerid.choice import How, Passed
from fastagi_server.callerid.pool import Pool
from fastagi_server.telephony.did import Rest, RestKind, Use


def use(number: str, uses: int = 0, last_at: float | None = None) -> Use:
    return Use(number=number, country="usa", period="2026-11-23", uses=uses, last_at=last_at)


def pool(*uses: Use, cap: int = 100) -> Pool:
    return Pool(country="usa", period="2026-11-23", cap=cap, uses=uses)


def chosen(where: Pool, now: float = 1.0) -> str | None:
    choice = where.choose(now)
    return choice.number if choice else None


def test_the_least_used_comes_first() -> None:
    assert chosen(pool(use("+1", 5), use("+2", 3), use("+3", 4))) == "+2"


def test_among_equals_the_longest_idle_comes_first() -> None:
    assert chosen(pool(use("+1", 3, 50.0), use("+2", 3, 40.0), use("+3", 3, 60.0))) == "+2"


def test_every_number_is_used_once_before_any_is_used_twice() -> None:
    where = pool(*(use(f"+{n}") for n in range(7)))

    assert len({chosen(where, now) for now in range(1, 8)}) == 7


def test_a_full_pool_gives_nothing() -> None:
    where = pool(use("+1", 100), use("+2", 99))

    assert [chosen(where), chosen(where)] == ["+2", None]
    assert where.left == 0


def test_without_a_limit_it_never_ends() -> None:
    where = pool(use("+1"), cap=0)

    assert {chosen(where, now) for now in range(1000)} == {"+1"}
    assert where.left is None


def test_what_the_store_says_is_learned() -> None:
    where = pool(use("+1"), use("+2"))

    where.learn("+1", 100)

    assert [chosen(where, 1.0), chosen(where, 2.0)] == ["+2", "+2"]


def test_what_was_not_counted_is_given_back() -> None:
    where = pool(use("+1", 99))
    chosen(where)

    where.give_back("+1")

    assert chosen(where, 2.0) == "+1"
    assert chosen(where, 3.0) is None


def test_what_was_forgotten_meanwhile_is_not_given_back() -> None:
    where = pool(use("+1"), use("+2", 5))
    chosen(where)

    where.forget("+1")
    where.give_back("+1")

    assert (len(where), chosen(where)) == (1, "+2")


def test_a_number_that_is_not_ours_any_more_is_not_chosen() -> None:
    where = pool(use("+1"), use("+2", 5))

    where.forget("+1")

    assert chosen(where) == "+2"
    assert len(where) == 1


def test_a_choice_says_why() -> None:
    choice = pool(use("+1", 2, 40.0), use("+2", 3)).choose(50.0)

    assert choice is not None
    assert choice.why() == "least used, idle longest: 2 uses in 2026-11-23, 2 could be chosen"


def test_the_same_number_for_the_same_contact() -> None:
    choice = pool(use("+1", 3), use("+2", 1)).choose(1.0, same="+1")

    assert choice is not None
    assert (choice.number, choice.how) == ("+1", How.SAME)
    assert choice.why() == "shown to this contact before: 3 uses in 2026-11-23, 2 could be chosen"


@pytest.mark.parametrize("uses", [90, 100])
def test_not_the_same_when_it_is_near_its_cap_and_others_are_not(uses: int) -> None:
    choice = pool(use("+1", uses), use("+2", 1)).choose(1.0, same="+1")

    assert choice is not None
    assert choice.number == "+2"


def test_near_the_cap_when_nothing_else_is_left() -> None:
    where = pool(use("+1", 95), use("+2", 91), use("+3", 100))

    choice = where.choose(1.0, same="+1")

    assert choice is not None
    assert (choice.number, choice.passed) == ("+1", ((Passed.AT_CAP, 1),))


def local(*uses: Use) -> Pool:
    return Pool(country="usa", period="2026-11-23", cap=100, uses=uses, area=lambda number: number[:3])


def test_the_area_of_the_callee_before_the_least_used() -> None:
    where = local(use("+1a1", 5), use("+1a2", 3), use("+1b1", 0))

    choices = [where.choose(now, area="+1a") for now in (1.0, 2.0, 3.0)]

    assert [each and (each.number, each.how) for each in choices] == [
        ("+1a2", How.AREA),
        ("+1a2", How.AREA),
        ("+1a1", How.AREA),
    ]
    assert chosen(where) == "+1b1"


def test_another_area_when_ours_there_are_near_their_cap() -> None:
    where = local(use("+1a1", 90), use("+1b1", 7))

    choice = where.choose(1.0, area="+1a")

    assert choice is not None
    assert (choice.number, choice.how, choice.of) == ("+1b1", How.LEAST, 1)
    assert choice.passed == ((Passed.NEAR_CAP, 1),)


def test_an_area_without_a_number_of_ours_is_no_hindrance() -> None:
    assert chosen(local(use("+1a1"))) == "+1a1"
    choice = local(use("+1a1")).choose(1.0, area="+1z")
    assert choice is not None
    assert choice.number == "+1a1"


def rest(number: str, since: float, until: float | None, kind: RestKind = RestKind.REST) -> Rest:
    return Rest(number=number, country="usa", kind=kind, since=since, until=until, who="ana", why="x")


def test_who_rests_is_not_chosen_from_its_beginning_to_its_end() -> None:
    where = Pool(
        country="usa",
        period="2026-11-23",
        cap=0,
        uses=[use("+1"), use("+2", 1000), use("+3")],
        rests=[rest("+1", 10.0, 20.0), rest("+3", 0.0, None, RestKind.QUARANTINE), rest("+9", 0.0, None)],
    )

    found = [where.choose(now) for now in (9.0, 10.0, 19.0, 20.0)]

    assert [each and each.number for each in found] == ["+1", "+2", "+2", "+1"]
    assert found[1] is not None
    assert found[1].passed == ((Passed.QUARANTINE, 1), (Passed.RESTING, 1))
    assert found[1].why().endswith("1 could be chosen; passed over: 1 in quarantine + 1 resting")
    assert found[3] is not None
    assert found[3].passed == ((Passed.QUARANTINE, 1),)


def test_whom_the_store_says_must_rest_is_not_chosen_and_may_be_forgotten() -> None:
    where = pool(use("+1"), use("+2", 3))

    where.rest("+1")
    where.learn("+1", 9)
    assert chosen(where) == "+2"
    where.forget("+1")
    where.forget("+1")
    assert (chosen(where), len(where)) == ("+2", 1)


def test_reserved_uses_are_the_next_ones_and_spread_evenly() -> None:
    where = pool(use("+1", 5), use("+2", 5), use("+3", 7))

    assert where.propose(6) == {"+1": 3, "+2": 3}
    assert where.propose(2) == {"+1": 1, "+2": 1}
    assert pool(use("+1", 99), use("+2", 100)).propose(9) == {"+1": 1}
    assert pool().propose(3) == {}


def test_what_is_reserved_is_not_proposed_again_but_what_comes_after() -> None:
    where = pool(*(use(f"+{n}") for n in range(6)))
    where.grant({"+0": 1, "+1": 1}, {"+0": 1, "+1": 1})

    assert where.propose(2) == {"+2": 1, "+3": 1}
    assert [chosen(where), chosen(where), chosen(where)] == ["+0", "+1", "+2"]


def test_a_refused_reservation_teaches_the_true_count() -> None:
    where = pool(use("+1"), use("+2", 4))
    where.grant({}, {"+1": 100})

    assert chosen(where) == "+2"


def test_the_counts_of_those_that_the_pool_does_not_have_are_told() -> None:
    where = Pool(country="usa", period="d", cap=5, uses=[use("+1")], passed={Passed.RETIRED: 2})

    choice = where.choose(1.0)

    assert choice is not None
    assert choice.why() == (
        "least used, never used in its period: 0 uses in d, 1 could be chosen; passed over: 2 retired"
    )


def test_a_named_number_is_counted_whatever_its_turn() -> None:
    known = pool(use("+1", 1), use("+2", 2))
    known.take("+2", 9.0)
    known.take("+3", 9.0)

    assert [chosen(known, now) for now in (10.0, 11.0, 12.0)] == ["+1", "+1", "+2"]
    known.give_back("+2")
    assert [chosen(known, now) for now in (13.0, 14.0)] == ["+1", "+2"]


def test_a_cap_that_we_have_not_heard_of_sets_a_number_aside() -> None:
    where = pool(use("+1"), use("+2"), cap=0)

    where.refused("+1", 5)

    assert {chosen(where, now) for now in (1.0, 2.0)} == {"+2"}
