"""Our own core in talk with a real Asterisk: what is set comes back, and a hang-up shifts nothing."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fastagi_server.agi.commands import MAX_LINE
from fastagi_server.agi.drive import Drive, Stage
from fastagi_server.agi.errors import BadArgumentError, DeadChannelError
from fastagi_server.agi.script import Agi, Script

pytestmark = pytest.mark.asterisk

RECORDER = Path(__file__).parents[1] / "transcripts" / "record_agi.py"
WEIRD = [
    "two words",
    'say "hi"',
    r"C:\new",
    '\\"',
    "",
    "a)b(c",
    "José",
    "${CALLID}",
    "x" * 1000,
    "\t\x7f;,|'",
]


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_agi", RECORDER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ami(recorder: ModuleType, asterisk_root: Path) -> Iterator[Any]:
    with recorder.asterisk(asterisk_root) as (port, _):
        session = recorder.Ami(port)
        with session.socket:
            yield session


def carry(ami: Any, script: Script, channel: str) -> Drive:
    """Let Asterisk call and carry the session on a blocking socket."""
    drive = Drive(script)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        ami.act(
            "Originate",
            Channel="Local/x@callee/n",
            Application="AGI",
            Data=f"agi://127.0.0.1:{listener.getsockname()[1]}/talk?a=1,one,two words",
            Async="true",
            ChannelId=channel,
            OtherChannelId=channel + "x",
            Variable=["AMDSTATUS=HUMAN", "CALLID=c-17"],
        )
        wire, _ = listener.accept()
    with wire:
        wire.settimeout(10)
        while not drive.ended:
            data = wire.recv(65536)
            assert data, "Asterisk left first"
            wire.sendall(drive.receive(data))
    return drive


def test_what_is_set_comes_back(ami: Any) -> None:
    got: list[object] = []

    async def script(agi: Agi) -> None:
        got.append(
            (agi.request.network_script, agi.request.query, agi.request.uniqueid, agi.request.arguments)
        )
        for value in WEIRD:
            await agi.set_variable("WEIRD", value)
            got.append(await agi.get_variable("WEIRD"))
        assert await agi.get_variable("NOSUCH") is None
        assert await agi.get_full_variable("${AMDSTATUS}-${CALLID}") == "HUMAN-c-17"
        assert await agi.database_put("agi", "a key", 'a "value"')
        assert await agi.database_get("agi", "a key") == 'a "value"'
        assert await agi.database_del("agi", "a key")
        assert await agi.database_get("agi", "a key") is None
        assert await agi.wait_for_digit(10) == ""
        assert await agi.stream_file("no-such-sound") is None
        assert await agi.exec("NoSuchApplication") == "-2"
        assert await agi.gosub("subroutine", "s", "1", "one")
        assert not await agi.gosub("no-such-context", "s", "1")
        await agi.verbose("said", 1)
        await agi.noop()

    drive = carry(ami, script, "agi-core-sets-1")

    assert drive.failure is None
    assert got == [("talk", "a=1", "agi-core-sets-1", ("one", "two words")), *WEIRD]


def test_a_hang_up_in_the_middle_shifts_nothing(ami: Any) -> None:
    got: list[object] = []

    async def script(agi: Agi) -> None:
        ami.act("Hangup", Channel="agi-core-gone-1")
        with contextlib.suppress(DeadChannelError):
            while True:
                await agi.wait_for_digit(100)
        got.extend([await agi.get_variable("AMDSTATUS"), await agi.get_variable("CALLID"), agi.hungup])

    drive = carry(ami, script, "agi-core-gone-1")

    assert drive.stage is Stage.FINISHED
    assert got == ["HUMAN", "c-17", True]


def test_the_longest_line_that_we_say_is_heard_as_one(ami: Any) -> None:
    got: list[object] = []
    value = "x" * (MAX_LINE - len(b'SET VARIABLE "LONG" ""\n'))

    async def script(agi: Agi) -> None:
        await agi.set_variable("LONG", value)
        got.append(await agi.get_full_variable("${LEN(${LONG})}"))
        with pytest.raises(BadArgumentError):
            await agi.set_variable("LONG", f"{value}x")
        got.append(await agi.get_full_variable("${LEN(${LONG})}"))

    drive = carry(ami, script, "agi-core-long-1")

    assert (drive.failure, got) == (None, [str(len(value))] * 2)


def test_a_long_value_is_cut_by_the_plain_question_and_whole_by_the_full_one(ami: Any) -> None:
    got: list[object] = []

    async def script(agi: Agi) -> None:
        for length in (1023, 1024, 1500):
            await agi.set_variable("LONG", "x" * length)
            values = await agi.get_variable("LONG"), await agi.get_full_variable("${LONG}")
            got.append([len(value or "") for value in values])

    drive = carry(ami, script, "agi-core-value-1")

    assert (drive.failure, got) == (None, [[1023, 1023], [1023, 1024], [1023, 1500]])
