"""Who is in a version holds it; nobody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialplan.keep import SLACK_SECONDS, Living, kept, register, with_kept
from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.versions import Bundle, names
from fastagi_server.telephony.country import Country

NOW = 1_795_000_000.0
OLD = Bundle(contexts=("discador_usa-0a1b2c3d", "discador_usa_offer-0a1b2c3d"))
MINUTES_AGO = replace(OLD, since=int(NOW) - 600)
IN_OURS = "discador_key-99999999"


def test_what_is_superseded_stays_at_first_whoever_is_up() -> None:
    assert kept([OLD], {}, [], NOW) == [replace(OLD, since=int(NOW))]


def test_what_is_wanted_again_is_current_again() -> None:
    want = dict.fromkeys(OLD.contexts, ())

    assert kept([MINUTES_AGO], want, [Living(context=IN_OURS, age=None)], NOW) == []


@pytest.mark.parametrize(
    ("channel", "stays"),
    [
        (Living(context=IN_OURS, age=601.0), True),
        (Living(context=IN_OURS, age=600.0 - SLACK_SECONDS), True),  # the reload took its time
        (Living(context=IN_OURS, age=599.0 - SLACK_SECONDS), False),
        (Living(context=IN_OURS, age=None), True),
        (Living(context="lab_agents", age=7200.0), False),  # it has left us for good
    ],
)
def test_it_stays_while_a_call_in_one_of_ours_is_older(channel: Living, stays: bool) -> None:
    assert kept([MINUTES_AGO], {}, [channel], NOW) == ([MINUTES_AGO] if stays else [])


def test_the_instant_of_the_first_change_is_kept_through_later_ones() -> None:
    again = kept([MINUTES_AGO], {}, [Living(context=IN_OURS, age=3000.0)], NOW)

    assert again == [MINUTES_AGO]


def test_the_file_holds_both_versions_and_says_so_itself(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    running = read(render(countries, settings))
    fresh = render([replace(countries[0], connect_key="7"), *countries[1:]], settings)
    stay = kept(register(running), read(fresh), [], NOW)

    contexts = read(with_kept(fresh, stay, running))

    assert [len(bundle.contexts) for bundle in stay] == [3]
    assert {name: contexts[name] for name in names(stay)} == {name: running[name] for name in names(stay)}
    assert [bundle for bundle in register(contexts) if bundle.since] == stay
    assert set(names(register(contexts))) == set(names(register(read(fresh)))) | set(names(stay))


def test_with_nothing_to_keep_the_file_is_what_was_rendered(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    text = render(countries, settings)

    assert with_kept(text, kept(register(read(text)), read(text), [], NOW), {}) == text
