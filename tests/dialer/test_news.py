from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.news import KEPT_SECONDS, LEAST_SECONDS, MOST_SECONDS, News
from fastagi_server.telephony import facts
from tests.dialer.test_engine import BEGIN, CALL

ACCEPTED = replace(calls.opened(BEGIN), accepted_at=100.0)


def told(news: News, *instants: float) -> float:
    for at in instants:
        news.heard(replace(ACCEPTED, accepted_at=100.0), facts.Dialed(call=CALL, at=at))
    return news.patience


def test_an_asterisk_that_tells_at_once_is_believed_soon() -> None:
    assert told(News(), 100.0) == LEAST_SECONDS
    assert News().patience == LEAST_SECONDS


def test_the_later_its_news_the_longer_it_is_waited_for_and_never_without_end() -> None:
    assert told(News(), 101.0, 104.0) == pytest.approx(LEAST_SECONDS + 8.0)
    assert told(News(), 190.0) == MOST_SECONDS


def test_what_was_late_a_minute_ago_counts_no_more() -> None:
    news = News()
    told(news, 104.0)
    at = 104.0 + KEPT_SECONDS
    news.heard(replace(ACCEPTED, accepted_at=at - 0.1), facts.Dialed(call=CALL, at=at))

    assert news.patience == pytest.approx(LEAST_SECONDS + 0.2)


def test_a_clock_that_is_set_back_begins_anew() -> None:
    news = News()
    told(news, 104.0)

    assert told(news, 99.0) == LEAST_SECONDS


def test_other_facts_and_calls_that_nobody_accepted_say_nothing() -> None:
    news = News()
    news.heard(ACCEPTED, facts.Ringing(call=CALL, at=109.0))
    news.heard(calls.opened(BEGIN), facts.Dialed(call=CALL, at=109.0))

    assert news.patience == LEAST_SECONDS
