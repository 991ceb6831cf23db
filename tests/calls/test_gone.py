"""The server goes away while calls are in every state: by SIGTERM, by kill -9, and mute by SIGSTOP for 30 s.

The call goes on by the rendered defaults: the key still decides, nothing hangs, and a 9 is never lost.
"""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import service
from tests.calls.ringing import Caller, Onlooker, Story, optouts, standing, wait_until

# Three rounds of calls with media: half a minute of calls, half a minute of silence, and the way back.
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

MUTE_SECONDS = 30.0
GONE_AT = 11.0
# When each call is placed, so that at GONE_AT it is in the state of its name; docs/lab.md has the endings.
PLACED = {
    "connected": (0.0, ("51",)),
    "offer": (1.9, ("50", "09", "10", "13", "21")),
    "identification": (8.5, ("50", "09", "17", "19", "20")),
    # A mute server holds these for a moment after AMD(): who presses by the clock must press late enough.
    "amd": (10.0, ("12", "09", "22", "30")),
    "ringing": (10.8, ("12", "09")),
}
EVERYBODY = [(state, ending) for state, (_, endings) in PLACED.items() for ending in endings]
NINES = [who for who in EVERYBODY if who[1] in ("09", "13", "17", "19")]
CONNECTING = [who for who in EVERYBODY if who[1] in ("10", "12", "50", "51")]
LEAVING = [who for who in EVERYBODY if who[1] in ("13", "20", "21", "22")]


@dataclass(frozen=True)
class Scene:
    """What happened to every call while the server was gone."""

    stories: dict[tuple[str, str], Story]
    again: dict[tuple[str, str], Story]
    onlooker: Onlooker
    caller: Caller
    discador: service.Service

    def call(self, who: tuple[str, str]) -> str:
        return self.stories[who].call


@pytest.fixture(scope="module", params=["SIGTERM", "SIGKILL", "SIGSTOP"])
def scene(request: pytest.FixtureRequest, caller: Caller, discador: service.Service) -> Iterator[Scene]:
    with Onlooker(caller.lab) as onlooker:
        stories = {who: Story(caller.number("mexico", who[1])) for who in EVERYBODY}
        began = time.monotonic()
        for state, (at, endings) in PLACED.items():
            time.sleep(max(0.0, began + at - time.monotonic()))
            for ending in endings:
                story = stories[state, ending]
                threading.Thread(target=caller.ring, args=(story.number, story), daemon=True).start()
        time.sleep(max(0.0, began + GONE_AT - time.monotonic()))
        discador.send(signal.Signals[request.param])
        gone_at = time.time()
        numbers = {story.number.removeprefix("+") for story in stories.values()}

        def over() -> bool:
            calls = carrier_calls.read_calls(caller.lab.paths.calls)
            mine = [call for call in calls if call.number in numbers]
            return len(mine) == len(numbers) and all(call.ended_at for call in mine)

        wait_until(over, 60, "every call has ended at the carrier")
        if request.param == "SIGSTOP":
            time.sleep(max(0.0, gone_at + MUTE_SECONDS - time.time()))
            discador.send(signal.SIGCONT)
        else:
            wait_until(lambda: discador.pid is None, 10, "the server has ended")
            discador.start()
            wait_until(lambda: standing(caller).ready, 20, "linked to Asterisk again")
        # The very first orders after the way back: to everybody who pressed 9.
        again = {who: Story(stories[who].number) for who in NINES}
        for story in again.values():
            caller.ring(story.number, story)
        caller.match(stories)
        yield Scene(stories, again, onlooker, caller, discador)


@pytest.mark.parametrize("who", EVERYBODY, ids="-".join)
def test_no_question_holds_a_call_for_more_than_two_seconds(scene: Scene, who: tuple[str, str]) -> None:
    steps = [
        (at, event)
        for at, event in scene.onlooker.of(scene.call(who))
        if event["Event"] in ("Newexten", "Hangup")
    ]
    asked = [
        (at, following)
        for (at, event), (following, _) in itertools.pairwise(steps)
        if event.get("Application") == "AGI"
    ]

    assert asked or who[1] == "22"  # who leaves during AMD() is never asked about
    for at, following in asked:
        assert following - at <= 2.1


@pytest.mark.parametrize("who", CONNECTING, ids="-".join)
def test_the_key_still_decides(scene: Scene, who: tuple[str, str]) -> None:
    reached = [event.get("Context") for _, event in scene.onlooker.of(scene.call(who))]

    assert "lab_agents" in reached


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in CONNECTING], ids="-".join)
def test_nobody_else_is_connected(scene: Scene, who: tuple[str, str]) -> None:
    reached = [event.get("Context") for _, event in scene.onlooker.of(scene.call(who))]

    assert "lab_agents" not in reached


@pytest.mark.parametrize("who", LEAVING, ids="-".join)
def test_no_channel_outlives_its_callee(scene: Scene, who: tuple[str, str]) -> None:
    story, ended = scene.stories[who], scene.onlooker.ended(scene.call(who))

    assert story.carrier is not None
    assert story.carrier.ended_at is not None
    assert ended is not None
    assert ended - story.carrier.ended_at <= 5


@pytest.mark.parametrize("who", NINES, ids="-".join)
def test_a_nine_pressed_then_is_on_the_list_before_the_first_originate(
    scene: Scene, who: tuple[str, str]
) -> None:
    story, again = scene.stories[who], scene.again[who]

    assert story.number in optouts(scene.discador)
    assert again.refused is not None
    assert "opt-out list" in again.refused.message


def test_nobody_was_rung_twice(scene: Scene) -> None:
    called = [call.number for call in carrier_calls.read_calls(scene.caller.lab.paths.calls)]

    for who in EVERYBODY:
        assert called.count(scene.stories[who].number.removeprefix("+")) == 1
