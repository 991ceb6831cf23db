from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.counts import PARTS, Last, Span


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200))
def test_a_span_holds_all_of_its_seconds_and_at_most_two_parts_more(calls: list[tuple[float, bool]]) -> None:
    span, seen, now = Span(20.0), [], 0.0
    for wait, yes in calls:
        now += wait
        span.add(now, count=yes, of=1, sent=1)
        seen.append((now, yes))

        inside = [yes for at, yes in seen if at >= now - 20.0]
        beyond = [yes for at, yes in seen if at >= now - 20.0 - 2 * 20.0 / PARTS]
        assert len(inside) <= span.of <= len(beyond)
        assert sum(inside) <= span.count <= sum(beyond)
        assert span.sent == span.of


def test_a_span_of_millions_of_calls_is_a_few_numbers() -> None:
    span = Span(300.0)
    for n in range(100_000):
        span.add(n / 100, of=1)

    assert len(span._parts) <= PARTS + 3
    span.forget(2_000.0)
    assert (span.count, span.of, span.sent) == (0, 0, 0)


def test_the_last_ones_are_counted_and_the_oldest_goes() -> None:
    last = Last(3)

    assert [last.add(yes=yes) for yes in (True, False, True, False, True)] == [None, None, None, True, False]
    assert (last.count, last.of, last.is_full) == (2, 3, True)
    last.clear()
    assert (last.count, last.of) == (0, 0)
