from __future__ import annotations

from collections.abc import Generator

import pytest
from twisted.internet.defer import Deferred

from fastagi_server.agi.drive import MAX_DEAF_QUESTIONS, Drive, Stage
from fastagi_server.agi.errors import BadArgumentError, Gone, OutOfTurn, RemoteError
from fastagi_server.agi.script import Agi


class Foreign:
    """Something to await that is not ours."""

    def __await__(self) -> Generator[Foreign, object, object]:
        return (yield self)


async def country(agi: Agi) -> None:
    number = await agi.get_variable("CALLERID(num)")
    await agi.set_variable("COUNTRY", f"of {number}")


async def quiet(agi: Agi) -> None:
    pass


def test_bytes_in_bytes_out(request_bytes: bytes) -> None:
    drive = Drive(country)

    assert drive.receive(request_bytes) == b'GET VARIABLE "CALLERID(num)"\n'
    assert drive.stage is Stage.LISTENING
    assert drive.agi is not None
    assert drive.agi.request.uniqueid == "c-17"
    assert drive.receive(b"200 result=1 (52") == b""
    assert drive.receive(b"55)\n") == b'SET VARIABLE "COUNTRY" "of 5255"\n'
    assert not drive.ended
    assert drive.receive(b"200 result=1\n") == b""
    assert (drive.stage, drive.failure, drive.ended) == (Stage.FINISHED, None, True)
    assert drive.receive(b"HANGUP\nanything") == b""


def test_the_hang_up_is_seen_by_the_script(request_bytes: bytes) -> None:
    seen = []

    async def script(agi: Agi) -> None:
        seen.append(agi.hungup)
        await agi.noop()
        seen.append(agi.hungup)

    drive = Drive(script)
    drive.receive(request_bytes)
    drive.receive(b"HANGUP\n200 result=0\n")

    assert seen == [False, True]


def test_a_failing_script_ends_the_session_and_its_error_is_kept(request_bytes: bytes) -> None:
    async def script(agi: Agi) -> None:
        raise KeyError("x")

    drive = Drive(script)

    assert drive.receive(request_bytes) == b""
    assert drive.stage is Stage.FAILED
    assert isinstance(drive.failure, KeyError)
    assert drive.receive(b"200 result=0\n") == b""
    drive.connection_lost()
    assert isinstance(drive.failure, KeyError)


def test_a_command_that_cannot_be_said_fails_where_it_was_asked(request_bytes: bytes) -> None:
    async def script(agi: Agi) -> None:
        try:
            await agi.set_variable("A", "x\ny")
        except BadArgumentError:
            await agi.verbose("refused")

    assert Drive(script).receive(request_bytes) == b'VERBOSE "refused" "1"\n'


def test_a_foreign_thing_is_handed_out_and_its_outcome_in(request_bytes: bytes) -> None:
    things = [Foreign(), Foreign()]

    async def script(agi: Agi) -> None:
        assert await things[0] == "yes"
        try:
            await things[1]
        except LookupError:
            await agi.noop()

    drive = Drive(script)
    assert drive.receive(request_bytes) == b""
    assert (drive.stage, drive.awaiting) == (Stage.FOREIGN, things[0])
    assert drive.receive(b"HANGUP\n") == b""
    assert drive.agi is not None
    assert drive.agi.hungup
    assert drive.resume("yes", things[0]) == b""
    assert drive.awaiting is things[1]
    assert drive.resume("late", things[0]) == b""
    assert drive.throw(ValueError(), things[0]) == b""
    assert drive.throw(LookupError(), things[1]) == b"NOOP\n"
    assert (drive.stage, drive.awaiting) == (Stage.LISTENING, None)
    assert drive.resume("late", things[1]) == b""


def test_a_deferred_is_such_a_thing(request_bytes: bytes) -> None:
    deferred: Deferred[str] = Deferred()

    async def script(agi: Agi) -> None:
        await agi.verbose(await deferred)

    drive = Drive(script)
    drive.receive(request_bytes)
    assert drive.awaiting is deferred
    written: list[bytes] = []
    deferred.addCallback(lambda value: written.append(drive.resume(value, deferred)))
    deferred.callback("stored")

    assert written == [b'VERBOSE "stored" "1"\n']


def test_a_lost_connection_lets_finally_clauses_run(request_bytes: bytes) -> None:
    ran = []

    async def script(agi: Agi) -> None:
        try:
            await agi.wait_for_digit(-1)
        finally:
            ran.append("finally")

    drive = Drive(script)
    drive.receive(request_bytes)
    drive.connection_lost()

    assert ran == ["finally"]
    assert drive.stage is Stage.FAILED
    assert isinstance(drive.failure, Gone)


def test_a_lost_connection_reaches_a_script_that_awaits_something_foreign(request_bytes: bytes) -> None:
    order, note = Foreign(), Foreign()
    seen = []

    async def script(agi: Agi) -> None:
        try:
            await order
        except Gone:
            seen.append(await note)

    drive = Drive(script)
    drive.receive(request_bytes)
    drive.connection_lost()
    assert (drive.stage, drive.awaiting) == (Stage.FOREIGN, note)
    assert drive.receive(b"200 result=0\n") == b""
    assert drive.resume("of the order", order) == b""
    drive.resume("of the note", note)

    assert seen == ["of the note"]
    assert drive.stage is Stage.FINISHED


def test_every_question_after_the_end_is_told_so(request_bytes: bytes) -> None:
    told = []

    async def script(agi: Agi) -> None:
        for _ in range(3):
            try:
                await agi.noop()
            except Gone as gone:
                told.append(gone)

    drive = Drive(script)
    drive.receive(request_bytes)
    drive.connection_lost()

    assert len(told) == 3
    assert drive.stage is Stage.FINISHED


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_a_script_that_does_not_listen_is_closed(request_bytes: bytes, says_goodbye: bool) -> None:
    asked = []

    async def script(agi: Agi) -> None:
        try:
            while len(asked) < 100:
                try:
                    asked.append(1)
                    await agi.noop()
                except Gone:
                    continue
        finally:
            if says_goodbye:
                await agi.verbose("goodbye")

    drive = Drive(script)
    drive.receive(request_bytes)
    drive.connection_lost()

    assert drive.stage is Stage.FAILED
    assert isinstance(drive.failure, Gone)
    assert len(asked) == MAX_DEAF_QUESTIONS + 2


def test_nonsense_from_the_other_end_is_thrown_into_the_script(request_bytes: bytes) -> None:
    caught = []

    async def script(agi: Agi) -> None:
        try:
            await agi.noop()
        except RemoteError as error:
            caught.append(error)
            raise

    drive = Drive(script)
    drive.receive(request_bytes)

    assert drive.receive(b"HTTP/1.0 400\r\n") == b""
    assert drive.failure is caught[0]
    assert drive.receive(b"200 result=0\n") == b""


def test_a_second_reply_reaches_nobody(request_bytes: bytes) -> None:
    drive = Drive(country)
    drive.receive(request_bytes)

    assert drive.receive(b"200 result=1 (a)\n200 result=1 (b)\n") == b""
    assert isinstance(drive.failure, OutOfTurn)


@pytest.mark.parametrize(("said", "kind"), [(b"", None), (b"agi_net", Gone), (b"GET /", RemoteError)])
def test_a_connection_that_never_becomes_a_session(said: bytes, kind: type[Exception] | None) -> None:
    drive = Drive(quiet)
    drive.receive(said)
    drive.connection_lost()

    assert drive.ended
    assert drive.agi is None
    assert isinstance(drive.failure, kind) if kind else drive.failure is None
