from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.callerid.pool import Pool
from fastagi_server.telephony.did import Use


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
    assert choice.why() == "least used of 2 (2 uses in its period), idle longest"


@given(
    counts=st.lists(st.integers(0, 12), min_size=1, max_size=8),
    cap=st.integers(0, 10),
    steps=st.lists(st.tuples(st.sampled_from("cgl"), st.integers(0, 7), st.integers(0, 12)), max_size=60),
)
def test_the_pool_agrees_with_a_list_that_is_sorted_anew_each_time(
    counts: list[int], cap: int, steps: list[tuple[str, int, int]]
) -> None:
    where = pool(*(use(f"+{n}", count) for n, count in enumerate(counts)), cap=cap)
    model = {f"+{n}": (count, 0.0) for n, count in enumerate(counts)}
    taken: Counter[str] = Counter()
    for now, (step, which, uses) in enumerate(steps, 1):
        number = f"+{which % len(counts)}"
        if step == "c":
            (count, _), expected = min((state, name) for name, state in model.items())
            full = bool(cap) and count >= cap
            assert chosen(where, float(now)) == (None if full else expected)
            if not full:
                model[expected] = (count + 1, float(now))
                taken[expected] += 1
        elif step == "g" and taken[number]:
            where.give_back(number)
            taken[number] -= 1
            model[number] = (model[number][0] - 1, model[number][1])
        elif step == "l":
            where.learn(number, uses)
            model[number] = (uses, model[number][1])


def test_a_named_number_is_counted_whatever_its_turn() -> None:
    known = pool(use("+1", 1), use("+2", 2))
    known.take("+2", 9.0)
    known.take("+3", 9.0)

    assert [chosen(known) for _ in range(3)] == ["+1", "+1", "+1"]
    known.give_back("+2")
    assert chosen(known) == "+2"
