"""What differs, in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialplan.compare import differences, step_from_listing
from fastagi_server.dialplan.read import HINT, Step, read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError

WANT = read("[menu]\nexten => 3,1,NoOp()\n same => n(out),Hangup()\n")


def test_the_same_steps_in_asterisk_s_order_do_not_differ(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    """Asterisk lists the extensions of a context sorted."""
    want = read(render(countries, settings))
    got = {name: sorted(steps, key=lambda step: (step.exten, step.priority)) for name, steps in want.items()}

    assert differences(want, {**got, "from-internal": []}) == []


def test_a_missing_context_is_named() -> None:
    assert differences(WANT, {}) == ["context menu is missing"]


def test_a_missing_step_is_named() -> None:
    assert differences(WANT, {"menu": WANT["menu"][1:]}) == [
        "context menu: extension 3 priority 1 is missing"
    ]


def test_another_command_is_named_with_both() -> None:
    got = {"menu": [WANT["menu"][0], replace(WANT["menu"][1], app="Goto", data="s,1", label="")]}

    assert differences(WANT, got) == [
        "context menu: extension 3 priority 2 should be Hangup() (label out), but is Goto(s,1)"
    ]


def test_a_step_that_we_never_wrote_is_named() -> None:
    foreign = [
        Step(exten="1", priority=1, app="Dial", data="x"),
        Step(exten="5", priority=HINT, app="Local/5@x"),
    ]

    assert differences(WANT, {"menu": [*WANT["menu"], *foreign]}) == [
        "context menu: extension 1 priority 1 is not ours",
        "context menu: extension 5 hint is not ours",
    ]


def test_a_change_of_one_country_is_seen(countries: tuple[Country, ...], settings: DialplanSettings) -> None:
    old = read(render(countries, settings))
    new = read(render([replace(countries[0], connect_key="5"), *countries[1:]], settings))

    assert differences(new, old) == [
        "context discador_mexico_offer: extension 5 priority 1 is missing",
        "context discador_mexico_offer: extension 5 priority 2 is missing",
        "context discador_mexico_offer: extension 3 priority 1 is not ours",
        "context discador_mexico_offer: extension 3 priority 2 is not ours",
    ]


@pytest.mark.parametrize(
    ("listed", "step"),
    [
        (("s", "2", "", "Hangup", ""), Step(exten="s", priority=2, app="Hangup")),
        (
            ("_X.", "2", "second", "Set", "x=${FILTER(a-z,b)}"),
            Step(exten="_X.", priority=2, label="second", app="Set", data="x=${FILTER(a-z,b)}"),
        ),
        (("5", "hint", "", "Local/s@odd", ""), Step(exten="5", priority=HINT, app="Local/s@odd")),
    ],
)
def test_a_listing_is_a_step(listed: tuple[str, str, str, str, str], step: Step) -> None:
    assert step_from_listing(*listed) == step


@pytest.mark.parametrize("priority", ["", "-1", "first", "\u0661"])
def test_a_priority_that_asterisk_never_lists_is_refused(priority: str) -> None:
    with pytest.raises(BadInputError, match="Priority"):
        step_from_listing("s", priority, "", "NoOp", "")
