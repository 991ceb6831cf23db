"""What differs, in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialplan.compare import changes, differences, step_from_listing
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


def test_a_change_is_told_as_new_calls_will_notice_it(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    old = read(render(countries, settings))
    new = read(render([replace(countries[0], connect_key="5", offers=2), *countries[1:]], settings))

    told = changes(old, new)

    assert told[0] == "[discador_mexico_offer]"
    assert "  -extension 3 priority 1: Gosub(discador_key,s,1(3,connect,mexico,connect))" in told
    assert "  +extension 5 priority 1: Gosub(discador_key,s,1(5,connect,mexico,connect))" in told
    assert "  -extension s priority 2: GotoIf($[${DISCADOR_OFFERS} > 3]?bye,1)" in told
    assert "  +extension s priority 2: GotoIf($[${DISCADOR_OFFERS} > 2]?bye,1)" in told
    assert [line for line in told if line.startswith("[")] == told[:1]


def test_what_is_the_same_is_no_change_in_whatever_order(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    old = read(render(countries, settings))

    assert changes(dict(reversed(old.items())), old) == []


def test_a_country_that_comes_or_goes_is_told_whole(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    few, more = (read(render(those, settings)) for those in (countries[1:], countries))

    heads = [line for line in changes(few, more) if line.startswith("[")]
    assert heads == ["[discador_mexico]", "[discador_mexico_ident]", "[discador_mexico_offer]"]
    assert all(line.startswith(("[", "  -")) for line in changes(more, few))


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
