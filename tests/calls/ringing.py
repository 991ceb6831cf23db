"""A caller who rings many at once, and an onlooker who writes down what Asterisk does meanwhile."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from fastagi_server.desk.client import DeskLostError, ask
from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import lab, service
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.telephony import frames

PREFIXES = {"mexico": ("+525550", 4), "usa": ("+1212556", 2), "brasil": ("+55119555", 3)}


@dataclass
class Story:
    """One call as Discador told it, and as the carrier lived it."""

    number: str
    told: list[frames.Frame] = field(default_factory=list)
    lost: bool = False
    carrier: CarrierCall | None = None

    @property
    def record(self) -> dict[str, Any]:
        return next(frame.record for frame in self.told if isinstance(frame, frames.Closed))

    @property
    def refused(self) -> frames.Failed | None:
        return next((frame for frame in self.told if isinstance(frame, frames.Failed)), None)

    @property
    def call(self) -> str:
        return next(frame.call for frame in self.told if isinstance(frame, frames.Placed))

    def facts(self) -> list[str]:
        return [frame.fact for frame in self.told if isinstance(frame, frames.Happened)]


class Caller:
    """Rings numbers through the desk and waits until each call is over."""

    def __init__(self, where: lab.Lab) -> None:
        self.lab = where
        self._serials = {slug: itertools.count() for slug in PREFIXES}

    def number(self, country: str, ending: str) -> str:
        """Give a number that nobody has called yet, whose callee behaves as its ending says."""
        prefix, digits = PREFIXES[country]
        return f"{prefix}{next(self._serials[country]):0{digits}}{ending}"

    def ring(self, number: str, story: Story | None = None) -> Story:
        story = story or Story(number)
        try:
            for frame in ask(self.lab.paths.desk, frames.Dial(number=number), patience=90):
                story.told.append(frame)
                if isinstance(frame, frames.Closed | frames.Failed):
                    break
        except DeskLostError:
            story.lost = True
        return story

    def ring_all(self, numbers: Sequence[str]) -> dict[str, Story]:
        with ThreadPoolExecutor(max_workers=len(numbers)) as pool:
            stories = dict(zip(numbers, pool.map(self.ring, numbers), strict=True))
        self.match(stories)
        return stories

    def match(self, stories: dict[str, Story]) -> None:
        """Give each story the carrier's own account, one to one by X-Discador-Call."""
        by_call: dict[str, CarrierCall] = {}
        for call in carrier_calls.callees(carrier_calls.read_calls(self.lab.paths.calls)):
            assert call.call not in by_call, f"{call.call} came twice"
            by_call[call.call] = call
        for story in stories.values():
            if any(isinstance(frame, frames.Placed) for frame in story.told):
                story.carrier = by_call.get(story.call)


class Onlooker(threading.Thread):
    """Writes down every event of the dialer's Asterisk with its instant, inside `with`."""

    def __init__(self, where: lab.Lab) -> None:
        super().__init__(daemon=True)
        self._witness = where.witness()
        self.seen: list[tuple[float, dict[str, str]]] = []

    def run(self) -> None:
        try:
            while True:
                (event,) = self._witness.until(lambda _: True)
                self.seen.append((time.time(), dict(event)))
        except (OSError, ValueError):
            return

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        self._witness.close()
        self.join(5)

    def of(self, call: str) -> list[tuple[float, dict[str, str]]]:
        """Give the events of one channel, in their order."""
        return [(at, event) for at, event in tuple(self.seen) if event.get("Uniqueid") == call]

    def ended(self, call: str) -> float | None:
        return next((at for at, event in self.of(call) if event["Event"] == "Hangup"), None)


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"after {seconds} s still not: {what}"
        time.sleep(0.05)


def standing(caller: Caller) -> frames.Standing:
    answer = next(ask(caller.lab.paths.desk, frames.Ask(), patience=20))
    assert isinstance(answer, frames.Standing)
    return answer


def optouts(discador: service.Service) -> dict[str, list[dict[str, Any]]]:
    """Give the list by number, each with its evidence."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads(discador.once("optouts", "--json")):
        found.setdefault(entry["number"], []).append(entry)
    return found
