from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Record, State

EVERY = [
    frames.Dial(number="+525550001003", country="mexico"),
    frames.Ask(),
    frames.Placed(call="x", number="+52", country="mexico", callerid="+52", trunk="carrier"),
    frames.Happened(call="x", fact="Ringing", at=1.5, says={"digit": "3"}),
    frames.Closed(record={"call": "x"}),
    frames.Failed(code="NotDialedError", message="no", details={"a": "b"}),
    frames.Standing(ready=True, live=3, fastagi="agi://127.0.0.1:4573"),
    frames.Campaigning(campaign="spring", do="start"),
    frames.Forget(),
    frames.Leave(number="+525550001003", who="ana", why="asked by mail"),
    frames.Pacing(do="release", scope="trunk:carrier", who="ana", why="mended"),
    frames.PacingStanding(scopes={"cluster": {"limit": 30.0, "pace": None, "standing": "free", "why": ""}}),
    frames.Fleet(do="drain", asterisk="b", who="ana", why="new kernel"),
    frames.FleetStanding(
        asterisks={"b": {"ready": True, "drained": True, "weight": 1.0, "up": 3, "sent": 9}}
    ),
    frames.CampaignStanding(
        campaign="spring",
        state="running",
        sent=5,
        up=3,
        waiting=2,
        paused={"usa": "cap"},
        skipped={"taken": 1},
    ),
    frames.Done(),
]


def test_every_kind_of_frame_is_tried() -> None:
    assert {type(frame) for frame in EVERY} == set(get_args(frames.Frame))


@pytest.mark.parametrize("frame", EVERY, ids=lambda frame: type(frame).__name__)
def test_every_frame_comes_back_as_it_went(frame: frames.Frame) -> None:
    line = frames.encode(frame)

    assert b"\n" not in line
    assert frames.decode(line) == frame


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"", "one JSON object a line"),
        (b"[1]", "one JSON object a line"),
        (b"[" * 100_000, "one JSON object a line"),
        (b'{"frame": "buy"}', "dial, ask"),
        (b'{"frame": ["dial"]}', "dial, ask"),
        (b'{"frame": "dial"}', "number"),
        (b'{"frame": "dial", "number": 5}', "dial.number is 5; it should be str"),
        (b'{"frame": "dial", "number": "5", "evil": 1}', "dial.evil is 1"),
        (b'{"frame": "standing", "ready": true, "live": true, "fastagi": ""}', "standing.live is True"),
    ],
)
def test_what_is_no_frame_is_refused_by_name(line: bytes, named: str) -> None:
    with pytest.raises(BadInputError) as told:
        frames.decode(line)

    assert named in str(told.value)


hostile = st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)


@given(st.binary() | hostile)
def test_bytes_that_are_no_frame_are_bad_input(line: bytes) -> None:
    with pytest.raises(BadInputError):
        frames.decode(line)


def test_a_record_is_plain_json() -> None:
    record = Record(
        call=mint(0, bytes(10)),
        number="+52",
        country="mexico",
        callerid="+52",
        trunk="carrier",
        campaign="c",
        state=State.ENDED,
        planned_at=0.0,
        begun_at=0.0,
        disposition=Disposition.BUSY,
    )

    told = json.loads(json.dumps(frames.record_json(record)))

    assert told["disposition"] == "busy"
    assert told["state"] == "ended"
