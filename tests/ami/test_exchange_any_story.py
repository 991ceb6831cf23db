"""A manager that answers in any order, twice, late, wrongly or not at all: each question keeps its own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fastagi_server.ami import actions as a
from fastagi_server.ami import events as e
from fastagi_server.ami.errors import LinkLostError
from fastagi_server.ami.exchange import Answered, Exchange, Orphan

HELLO = b"Asterisk Call Manager/11.0.0\r\n"
BETWEEN = (
    b"Event: Newstate\r\nChannel: c\r\nChannelState: 6\r\nChannelStateDesc: Up\r\nUniqueid: u\r\n\r\n"
    b"Event: RTCPSent\r\nActionID: p-1\r\n\r\nnoise\r\n\r\n\r\n"
)


class Story(RuleBasedStateMachine):
    """What was asked, what was said, and what must have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = Exchange(prefix="p")
        self.exchange.receive(HELLO)
        self.waiting: dict[str, str | None] = {}
        self.listed: dict[str, list[str]] = {}
        self.responded: set[str] = set()
        self.ended: set[str] = set()
        self.settled: list[str] = []
        self.said = 0
        self.values: dict[str, str] = {}
        self.due: dict[str, tuple[str, tuple[str, ...]]] = {}

    def hears(self, text: str, cut: int, *, orphans: int = 0) -> None:
        """Let it be said in two portions, and compare what it tells with what it must."""
        before = self.exchange.orphans
        data = text.encode()
        told = self.exchange.receive(data[:cut]) + self.exchange.receive(data[cut:])
        answered = {
            each.action_id: (
                each.response.headers.get("Value"),
                tuple(getattr(x, "val", "") for x in each.events),
            )
            for each in told
            if isinstance(each, Answered)
        }
        assert answered == self.due
        assert self.exchange.orphans - before == orphans == sum(isinstance(each, Orphan) for each in told)
        self.settled += answered
        for action_id in answered:
            del self.waiting[action_id]
        self.due = {}

    def value(self) -> str:
        self.said += 1
        return f"v{self.said}"

    def settle(self, action_id: str) -> None:
        listed = self.waiting[action_id] is None
        if action_id in self.responded and (action_id in self.ended or not listed):
            self.due = {action_id: (self.values[action_id], tuple(self.listed[action_id]))}

    @rule(listed=st.booleans())
    def ask(self, *, listed: bool) -> None:
        action: Any = a.DBGetTree(family="f") if listed else a.Getvar(variable="V")
        action_id, data = self.exchange.request(action)
        assert data.count(b"\r\n\r\n") == 1
        self.waiting[action_id] = None if listed else "V"
        self.listed[action_id] = []

    @rule(data=st.data(), cut=st.integers(0, 90), error=st.booleans())
    @precondition(lambda self: set(self.waiting) - self.responded)
    def respond(self, data: st.DataObject, cut: int, *, error: bool) -> None:
        action_id = data.draw(st.sampled_from(sorted(set(self.waiting) - self.responded)))
        self.responded.add(action_id)
        self.values[action_id] = self.value()
        if error:
            self.ended.add(action_id)
        self.settle(action_id)
        word = "Error" if error else "Success"
        self.hears(
            f"Response: {word}\r\nActionID: {action_id}\r\nValue: {self.values[action_id]}\r\n\r\n", cut
        )

    @rule(data=st.data(), cut=st.integers(0, 90))
    @precondition(lambda self: any(v is None for v in self.waiting.values()))
    def list_item(self, data: st.DataObject, cut: int) -> None:
        action_id = data.draw(st.sampled_from([k for k, v in self.waiting.items() if v is None]))
        value = self.value()
        self.listed[action_id].append(value)
        self.hears(
            f"Event: DBGetTreeResponse\r\nActionID: {action_id}\r\nKey: k\r\nVal: {value}\r\n\r\n", cut
        )

    @rule(data=st.data(), cut=st.integers(0, 90), broken=st.sampled_from(["0", "Cancelled"]))
    @precondition(lambda self: any(v is None for v in self.waiting.values()))
    def list_ends(self, data: st.DataObject, cut: int, broken: str) -> None:
        action_id = data.draw(st.sampled_from([k for k, v in self.waiting.items() if v is None]))
        self.ended.add(action_id)
        self.settle(action_id)
        self.hears(f"Event: DBGetTreeComplete\r\nActionID: {action_id}\r\nListItems: {broken}\r\n\r\n", cut)

    @rule(stranger=st.sampled_from(["q-1", "", "p-9999", "p-1 "]), cut=st.integers(0, 60))
    def answer_what_nobody_asked(self, stranger: str, cut: int) -> None:
        self.hears(f"Response: Success\r\nActionID: {stranger}\r\nValue: stolen\r\n\r\n", cut, orphans=1)

    @rule(data=st.data(), cut=st.integers(0, 60), word=st.sampled_from(["Success", "Error"]))
    @precondition(lambda self: self.settled or self.responded & set(self.waiting))
    def answer_again(self, data: st.DataObject, cut: int, word: str) -> None:
        again = sorted(self.responded & set(self.waiting)) or sorted(self.settled)
        action_id = data.draw(st.sampled_from(again))
        self.hears(f"Response: {word}\r\nActionID: {action_id}\r\nValue: stolen\r\n\r\n", cut, orphans=1)

    @rule(cut=st.integers(0, 200))
    def others_speak(self, cut: int) -> None:
        before = self.exchange.pending
        told = self.exchange.receive(BETWEEN[:cut]) + self.exchange.receive(BETWEEN[cut:])
        assert [type(each) for each in told] == [e.Newstate, e.Malformed]
        assert self.exchange.pending == before

    @rule(data=st.data())
    @precondition(lambda self: self.waiting)
    def give_up(self, data: st.DataObject) -> None:
        action_id = data.draw(st.sampled_from(sorted(self.waiting)))
        assert self.exchange.expire([action_id, action_id]) == (action_id,)
        del self.waiting[action_id]
        self.settled.append(action_id)

    @invariant()
    def who_waits_waits_and_nobody_is_told_twice(self) -> None:
        assert self.exchange.pending == tuple(self.waiting)
        assert len(self.settled) == len(set(self.settled))

    def teardown(self) -> None:
        """Wherever it stands, the link is lost: each who waits is told once, and nothing comes after."""
        assert self.exchange.lost() == list(self.waiting)
        assert self.exchange.lost() == []
        with pytest.raises(LinkLostError):
            self.exchange.request(a.Ping())
        with pytest.raises(LinkLostError):
            self.exchange.receive(b"")


TestAnyStory = Story.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=40)
