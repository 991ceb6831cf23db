from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.ami import queue_events as told
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.app.checks.queues import queue
from fastagi_server.config.settings import Language
from fastagi_server.console.actions import Level
from fastagi_server.console.tongue import Tongue

THERE = told.QueueParams(queue="ventas", calls=0)
FREE = told.QueueMember(queue="ventas", location="PJSIP/100", status=1)
PAUSED = told.QueueMember(queue="ventas", location="PJSIP/101", status=1, paused=1)


@pytest.mark.parametrize(
    ("listed", "key", "level"),
    [
        ((), "queue", Level.BAD),
        ((THERE,), "queue_empty", Level.NOTE),
        ((THERE, PAUSED), "queue_empty", Level.NOTE),
        ((THERE, PAUSED, FREE), "queue", Level.GOOD),
    ],
)
def test_a_queue_is_there_and_somebody_answers_in_it(
    listed: tuple[Any, ...], key: str, level: Level, now: Any
) -> None:
    async def ask(action: Action) -> Answered:
        end = told.QueueStatusComplete(event_list="Complete", list_items=len(listed))
        response = Response(response="Success")
        return Answered(action_id="1", action=action, response=response, events=listed, end=end)

    (found,) = now(queue(ask, "ventas"))

    assert (found.key, found.level, found.says["queue"]) == (key, level, "ventas")
    for language in Language:
        tongue = Tongue(language)
        assert "ventas" in tongue.say(f"finding.{key}", **found.says)
        assert "ventas" in tongue.say(f"finding.{key}.remedy", **found.says)
