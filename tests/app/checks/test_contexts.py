from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.ami import events
from fastagi_server.app.checks import contexts
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Level
from fastagi_server.console.session import dialplan_settings
from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.versions import Bundle
from fastagi_server.telephony.country import Country

NO_CONTEXT = "Did not find context x"


@pytest.fixture
def ours(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "etc/discador").mkdir(parents=True)
    return replace(settings, dialplan=replace(settings.dialplan, folder=tmp_path / "etc/discador"))


@pytest.fixture
def text(ours: Settings, countries: Sequence[Country]) -> str:
    return render(countries, dialplan_settings(ours))


def runs(asterisk: Any, text: str) -> None:
    """Let Asterisk list what a file says."""
    for context, steps in read(text).items():
        asterisk.events[f"ShowDialPlan {context}"] = [
            events.ListDialplan(
                context=context,
                extension=step.exten,
                priority=str(step.priority),
                extension_label=step.label,
                application=step.app,
                app_data=step.data,
            )
            for step in steps
        ]


def included(asterisk: Any) -> None:
    asterisk.section("extensions.conf", exten="asked,1,Return()")


def look(asterisk: Any, now: Any, text: str, ours: Settings, levels: Any) -> Any:
    return levels(now(contexts.in_force(asterisk.ask, text, ours)))


def test_all_in_force(asterisk: Any, now: Any, text: str, ours: Settings, levels: Any) -> None:
    runs(asterisk, text)
    included(asterisk)
    ours.dialplan.path.write_text(text)

    assert look(asterisk, now, text, ours, levels) == {
        "applied": Level.GOOD,
        "include": Level.GOOD,
        "dialplan": Level.GOOD,
    }


def test_what_is_kept_for_calls_that_are_up_is_no_difference(
    asterisk: Any, now: Any, text: str, ours: Settings, levels: Any
) -> None:
    register = f" same => n,NoOp({Bundle(contexts=('discador_mexico-00000000',), since=1).line()})\n"
    runs(asterisk, text + register)
    included(asterisk)
    ours.dialplan.path.write_text(text + register)

    assert look(asterisk, now, text, ours, levels)["dialplan"] is Level.GOOD


def test_a_file_that_is_not_included(asterisk: Any, now: Any, text: str, ours: Settings, levels: Any) -> None:
    asterisk.refusals["ShowDialPlan"] = NO_CONTEXT
    ours.dialplan.path.write_text(text)

    assert look(asterisk, now, text, ours, levels) == {"applied": Level.GOOD, "include": Level.BAD}


def test_an_included_file_that_was_not_reloaded(
    asterisk: Any, now: Any, text: str, ours: Settings, levels: Any
) -> None:
    asterisk.refusals["ShowDialPlan"] = NO_CONTEXT
    included(asterisk)
    ours.dialplan.path.write_text(text)

    assert look(asterisk, now, text, ours, levels)["dialplan"] is Level.BAD


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("#tryinclude discador/discador.conf", Level.GOOD),
        ('#include "discador/discador.conf"', Level.GOOD),
        (";#tryinclude discador/discador.conf", Level.BAD),
        ("", Level.BAD),
    ],
)
def test_never_applied_and_perhaps_not_included_either(
    line: str, level: Level, asterisk: Any, now: Any, text: str, ours: Settings, levels: Any
) -> None:
    asterisk.refusals["ShowDialPlan"] = NO_CONTEXT
    (ours.dialplan.folder.parent / "extensions.conf").write_text(f"[general]\n{line}\n")

    assert look(asterisk, now, text, ours, levels) == {"applied": Level.BAD, "include": level}


def test_what_nobody_can_read_is_not_judged(
    asterisk: Any, now: Any, text: str, ours: Settings, levels: Any
) -> None:
    asterisk.refusals["ShowDialPlan"] = NO_CONTEXT

    assert look(asterisk, now, text, ours, levels) == {"applied": Level.BAD, "unseen": Level.NOTE}


def test_without_the_right_to_read_files_the_running_contexts_are_proof(
    asterisk: Any, now: Any, text: str, ours: Settings, levels: Any
) -> None:
    runs(asterisk, text)
    asterisk.refusals["GetConfig"] = "File requires escalated privileges"
    ours.dialplan.path.write_text(text)

    assert look(asterisk, now, text, ours, levels)["include"] is Level.GOOD


def test_the_line_names_the_folder_and_the_file(ours: Settings) -> None:
    assert contexts.include_line(ours) == "#tryinclude discador/discador.conf"


def test_what_we_would_write_is_looked_at(ours: Settings, countries: Sequence[Country], text: str) -> None:
    assert contexts.rendered(text, countries, ours).good
    assert not contexts.rendered("[a]\nexten => s,1,Goto(b,1)\n", countries, ours).good


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ({"extension": "s", "priority": "1"}, True),
        ({"extension": "_X!", "priority": "1"}, True),
        ({"include_context": "from-internal"}, True),
        ({"extension": "600", "priority": "1"}, False),
    ],
)
def test_the_destination_has_the_extension_or_what_stands_for_it(
    line: dict[str, str], good: bool, asterisk: Any, now: Any, ours: Settings, countries: Sequence[Country]
) -> None:
    asterisk.events["ShowDialPlan"] = [events.ListDialplan(context="discador-destination", **line)]

    (found,) = now(contexts.destinations(asterisk.ask, ours, countries))

    assert (found.key, found.good) == ("destination", good)


def test_a_destination_that_is_not_there_is_named(asterisk: Any, now: Any, ours: Settings) -> None:
    asterisk.refusals["ShowDialPlan"] = NO_CONTEXT

    (found,) = now(contexts.destinations(asterisk.ask, ours, []))

    assert (found.level, found.says["missing"]) == (Level.BAD, "discador-destination,s,1")
