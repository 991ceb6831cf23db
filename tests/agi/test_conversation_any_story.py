"""A session with hang-ups, refusals, blocks and half lines at any place: no reply is another's."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fastagi_server.agi.commands import Command, Exec, GetVariable, GoSub, Noop, SetVariable
from fastagi_server.agi.conversation import Conversation, HungUp, Turn
from fastagi_server.agi.errors import BadArgumentError, RemoteError, WeSpokeOutOfTurnError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.request import Request

BLOCK = "520-Invalid command syntax.  Proper usage follows:\n{value}\nHANGUP\n520 End of proper usage.\n"
PLAIN = {
    "dead": (511, "511 Command Not Permitted on a dead channel or intercept routine {value}\n"),
    "unknown": (510, "510 Invalid or unknown command {value}\n"),
    "usage": (520, "520 Invalid command syntax.  Proper usage not available. {value}\n"),
    "block": (520, BLOCK),
    "hung up": (200, "200 result=-1 ({value})\n"),
    "timeout": (200, "200 result=0 ({value}) endpos=3200\n"),
    "trying": (200, "100 result=0 Trying...\n200 result=0 ({value})\n"),
    "parentheses": (200, "200 result=1 ({value}) (\n"),
}
ANYTHING = "200 result=1 ({value})\n"
LOOKALIKES = [
    "HANGUP",
    "a\nHANGUP\nb",
    "200 result=1 (x",
    "520-x\n520 End of proper usage.",
    "(",
    "a) b",
    "\u00e9\n\n",
]


class Story(RuleBasedStateMachine):
    """Asterisk speaks, hangs up where it likes, and cuts its words anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Conversation()
        self.asked: Command | None = None
        self.count = 0
        self.hung_up = 0
        self.told_hung_up = 0

    def says(self, text: str, data: st.DataObject) -> list[object]:
        raw = text.encode()
        cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=4)))
        heard: list[object] = []
        for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
            heard += self.talk.receive(raw[start:end])
        self.told_hung_up += sum(isinstance(each, HungUp) for each in heard)
        return [each for each in heard if not isinstance(each, HungUp)]

    @initialize(data=st.data(), gone=st.booleans())
    def request(self, data: st.DataObject, *, gone: bool) -> None:
        self.hung_up += gone
        (request,) = self.says("agi_network: yes\nagi_uniqueid: c-17\n\n" + "HANGUP\n" * gone, data)
        assert isinstance(request, Request)

    @rule(
        command=st.sampled_from(
            [GetVariable("A"), SetVariable("A", "x"), Noop(), Exec("Wait"), GoSub("a", "s", "1")]
        )
    )
    @precondition(lambda self: self.asked is None)
    def ask(self, command: Command) -> None:
        line = self.talk.send(command)
        assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
        self.asked = command

    @rule(text=st.text(max_size=5))
    @precondition(lambda self: self.asked is None)
    def ask_what_cannot_be_said(self, text: str) -> None:
        with pytest.raises(BadArgumentError):
            self.talk.send(SetVariable("A", f"{text}\nHANGUP"))

    @rule()
    @precondition(lambda self: self.asked is not None)
    def ask_out_of_turn(self) -> None:
        with pytest.raises(WeSpokeOutOfTurnError):
            self.talk.send(Noop())

    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        self.hung_up += 1
        assert self.says("HANGUP\n", data) == []

    @rule(data=st.data(), kind=st.sampled_from(sorted(PLAIN)), before=st.booleans(), after=st.booleans())
    @precondition(lambda self: self.asked is not None)
    def reply(self, data: st.DataObject, kind: str, *, before: bool, after: bool) -> None:
        code, text = PLAIN[kind]
        if isinstance(self.asked, GetVariable) and kind == "parentheses":
            return  # its value ends with the line that closes it
        self.count += 1
        self.hung_up += before + after
        value = f"value {self.count}"
        said = "HANGUP\n" * before + text.format(value=value) + "HANGUP\n" * after
        (reply,) = self.says(said, data)
        assert isinstance(reply, Reply)
        assert reply.code == code
        assert value in (reply.text or str(reply.data))
        self.asked = None

    @rule(data=st.data(), lookalike=st.sampled_from(LOOKALIKES), after=st.booleans())
    @precondition(lambda self: isinstance(self.asked, GetVariable))
    def value(self, data: st.DataObject, lookalike: str, *, after: bool) -> None:
        self.count += 1
        self.hung_up += after
        value = f"value {self.count} {lookalike}"
        (reply,) = self.says(ANYTHING.format(value=value) + "HANGUP\n" * after, data)
        assert isinstance(reply, Reply)
        assert reply.data == value
        self.asked = None

    @invariant()
    def whose_turn_it_is_is_known(self) -> None:
        if self.talk.turn is not Turn.REQUEST:
            assert self.talk.turn is (Turn.OURS if self.asked is None else Turn.THEIRS)
            assert self.told_hung_up == min(self.hung_up, 1)
            assert self.talk.eof() is (self.asked is None)

    def teardown(self) -> None:
        """Whatever came before: a reply that nobody asked for is seen at once, and ends it for good."""
        if self.talk.turn is not Turn.OURS:
            return
        with pytest.raises(RemoteError):
            self.talk.receive(b"200 result=1 (unasked)\n")
        with pytest.raises(RemoteError):
            self.talk.receive(b"HANGUP\n")
        with pytest.raises(WeSpokeOutOfTurnError):
            self.talk.send(Noop())


TestAnyStory = Story.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=40)
