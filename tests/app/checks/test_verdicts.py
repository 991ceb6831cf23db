from __future__ import annotations

from typing import Any

from fastagi_server.app.checks.verdicts import judged, looked, noted, some, unseen
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.console.actions import Finding, Level


def test_a_note_leaves_all_well_and_bad_does_not() -> None:
    assert judged("disk", good=True).level is Level.GOOD
    assert not judged("disk", good=False).good
    assert noted("cdr", hourly=3).good
    assert unseen("rtp", "away").says == {"what": "rtp", "why": "away"}


def test_the_first_few_are_named_and_the_rest_is_counted() -> None:
    assert some([]) == "-"
    assert some("abc") == "a, b, c"
    assert some("abcde") == "a, b, c +2"


def test_what_asterisk_refuses_to_show_is_a_note(now: Any) -> None:
    async def refused() -> list[Finding]:
        raise RefusedError(action="GetConfig", why="Permission denied")

    (found,) = now(looked("rtp", refused))

    assert (found.key, found.level, found.says["what"]) == ("unseen", Level.NOTE, "rtp")
    assert found.says["why"].code == "RefusedError"
