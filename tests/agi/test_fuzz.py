"""Any bytes, cut anywhere: our errors or none, never a reply at another's question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.agi.commands import Command, GetVariable, Noop
from fastagi_server.agi.conversation import Conversation, HungUp, Turn
from fastagi_server.agi.drive import Drive
from fastagi_server.agi.errors import RemoteError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.script import Agi

REQUEST = b"agi_network: yes\nagi_uniqueid: c-17\n\n"

words = st.sampled_from(
    [
        b"agi_network: yes\n",
        b"agi_uniqueid: c-1\n",
        b"agi_arg_1: x\n",
        b"\n",
        b"\n\n",
        b"\r\n",
        b"HANGUP\n",
        b"HANG",
        b"200 result=1 (",
        b")\n",
        b"200 result=0\n",
        b"200 result=-1 endpos=",
        b"520-Invalid\n",
        b"(",
        b")",
        b"100 x\n",
        b"520 End of proper usage.\n",
        b"511 dead\n",
        b"510 ",
        b"result=",
        b"\xff",
        b"\0",
        b" endpos=",
        b"9" * 40,
    ]
)
streams = st.lists(words | st.binary(max_size=8), max_size=25).map(b"".join)
cuts = st.lists(st.integers(1, 12), min_size=1, max_size=20)
commands = st.sampled_from([GetVariable("A"), Noop()])


def pieces(stream: bytes, sizes: list[int]) -> list[bytes]:
    """Cut a stream into portions of these sizes, over and over."""
    cut, at = [], 0
    while at < len(stream):
        size = sizes[len(cut) % len(sizes)]
        cut.append(stream[at : at + size])
        at += size
    return cut


@given(stream=streams, sizes=cuts, begun=st.booleans())
def test_any_stream_gives_messages_or_a_remote_error(stream: bytes, sizes: list[int], *, begun: bool) -> None:
    conversation = Conversation()
    if begun:
        conversation.receive(REQUEST)
    asked = answered = 0
    try:
        for piece in pieces(stream, sizes):
            if conversation.turn is Turn.OURS:
                conversation.send(GetVariable("A"))
                asked += 1
            answered += sum(isinstance(message, Reply) for message in conversation.receive(piece))
            assert answered <= asked
    except RemoteError:
        assert conversation.turn is Turn.BROKEN


@given(stream=streams, sizes=cuts, command=commands)
def test_where_it_is_cut_changes_nothing(stream: bytes, sizes: list[int], command: Command) -> None:
    def outcome(portions: list[bytes]) -> list[object] | None:
        conversation = Conversation()
        conversation.receive(REQUEST)
        conversation.send(command)
        try:
            return [message for portion in portions for message in conversation.receive(portion)]
        except RemoteError:
            return None

    assert outcome([stream]) == outcome(pieces(stream, sizes))


@given(stream=streams, sizes=cuts)
def test_a_drive_never_raises_and_always_ends(stream: bytes, sizes: list[int]) -> None:
    async def script(agi: Agi) -> None:
        while not agi.hungup:
            await agi.get_variable("A")

    drive = Drive(script)
    for piece in pieces(stream, sizes):
        drive.receive(piece)
    drive.connection_lost()

    assert drive.ended


values = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda value: ")\n" not in value
)
turns = st.lists(st.tuples(values, st.booleans(), st.booleans()), min_size=1, max_size=8)


@given(turns=turns, sizes=cuts)
def test_hangups_anywhere_never_shift_an_answer(
    turns: list[tuple[str, bool, bool]], sizes: list[int]
) -> None:
    conversation = Conversation()
    conversation.receive(REQUEST)
    told = 0
    for value, before, after in turns:
        conversation.send(GetVariable("A"))
        said = b"HANGUP\n" * before + f"200 result=1 ({value})\n".encode() + b"HANGUP\n" * after
        heard = [message for piece in pieces(said, sizes) for message in conversation.receive(piece)]
        assert [message.data for message in heard if isinstance(message, Reply)] == [value]
        told += heard.count(HungUp())

    assert told == any(before or after for _, before, after in turns)
