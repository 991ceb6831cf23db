from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from typing import Any

import pytest

from fastagi_server.desk.client import DeskLostError, ask
from fastagi_server.telephony import frames

REQUEST = b"agi_network: yes\nagi_network_script: key\nagi_uniqueid: 1.0\nagi_arg_1: 3\nagi_arg_2: mexico\n\n"


def in_a_process(work: str) -> subprocess.CompletedProcess[str]:
    """Run something on the real reactor: it runs once a process, so not in this one."""
    script = "from fastagi_server.app.run import run\nfrom twisted.internet.task import deferLater\n"
    return subprocess.run(
        [sys.executable, "-c", script + textwrap.dedent(work)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_piece_of_work_gives_its_result() -> None:
    done = in_a_process("""
        async def main(reactor):
            return await deferLater(reactor, 0.01, lambda: 42)
        print(run(main))
    """)

    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)


def test_a_piece_of_work_raises_its_own_error_and_nothing_is_printed() -> None:
    done = in_a_process("""
        async def main(reactor):
            raise ValueError("as it was")
        try:
            run(main)
        except ValueError as error:
            print(repr(error))
    """)

    assert (done.stdout, done.stderr) == ("ValueError('as it was')\n", "")


def test_a_service_gives_its_reactor_its_turn_soon() -> None:
    done = in_a_process("""
        import sys
        from fastagi_server.app import run as module
        module.run = lambda main: print(sys.getswitchinterval())
        module.serve(None, (), print)
    """)

    assert (done.stdout, done.stderr) == ("0.0005\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_cancels_the_work_waits_for_its_end_and_is_told(name: str) -> None:
    done = in_a_process(f"""
        import os, signal
        async def main(reactor):
            reactor.callLater(0.05, os.kill, os.getpid(), signal.{name})
            try:
                await deferLater(reactor, 30)
            finally:
                await deferLater(reactor, 0.05)
                print("put away", flush=True)
        try:
            run(main)
        except KeyboardInterrupt:
            print("interrupted")
    """)

    assert (done.stdout, done.stderr) == ("put away\ninterrupted\n", "")


def test_a_second_interrupt_means_at_once() -> None:
    done = in_a_process("""
        import os, signal
        async def main(reactor):
            reactor.callLater(0.05, os.kill, os.getpid(), signal.SIGINT)
            reactor.callLater(0.15, os.kill, os.getpid(), signal.SIGINT)
            try:
                await deferLater(reactor, 30)
            finally:
                await deferLater(reactor, 30)
        run(main)
    """)

    assert done.returncode == -signal.SIGINT


def question(port: int) -> bytes:
    """Ask as a dialplan does, and give the first line that comes back."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as asterisk,
        asterisk.makefile("rb") as told,
    ):
        asterisk.sendall(REQUEST)
        line = told.readline()
        asterisk.sendall(b"200 result=1\n")
        return line


def standing(program: Any) -> frames.Frame:
    return next(ask(program.desk, frames.Ask(), patience=5.0))


def ends(service: subprocess.Popen[str], number: int) -> tuple[int, float]:
    began = time.monotonic()
    service.send_signal(number)
    return service.wait(timeout=10), time.monotonic() - began


def test_a_service_without_asterisk_answers_everybody_and_dials_nothing(program: Any) -> None:
    program.serve()

    assert question(program.fastagi) == b'SET VARIABLE "DISCADOR_KEY" "connect"\n'
    assert standing(program) == frames.Standing(
        ready=False,
        live=0,
        fastagi=f"agi://127.0.0.1:{program.fastagi}",
        why_not="there is no link to Asterisk",
    )
    refused = program.run("call", "+525550001003")
    assert refused.returncode == 1
    assert refused.stderr == ("discador: +525550001003 was not dialed: there is no link to Asterisk.\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_ends_when_told_to_quickly_well_and_without_a_trace(program: Any, number: int) -> None:
    service = program.serve()

    code, seconds = ends(service, number)

    assert code == 0
    assert seconds < 3
    assert not program.desk.exists()
    assert not program.desk.is_symlink()
    with pytest.raises(ConnectionRefusedError):
        question(program.fastagi)


def test_a_service_that_was_killed_starts_again_over_what_it_left(program: Any) -> None:
    ends(program.serve(), signal.SIGKILL)
    assert program.desk.exists()

    program.serve()

    assert isinstance(standing(program), frames.Standing)


def test_an_asker_is_told_when_the_service_goes(program: Any) -> None:
    service = program.serve()
    asker = ask(program.desk, frames.Ask(), patience=10.0)
    next(asker)

    ends(service, signal.SIGTERM)

    with pytest.raises(DeskLostError):
        next(asker)


def test_a_second_service_on_the_same_port_is_told_which_setting_to_change(program: Any) -> None:
    program.serve()

    second = program.run("serve")

    assert second.returncode == 1
    assert f"port {program.fastagi}: Address already in use" in second.stderr
    assert "fastagi.port" in second.stderr


def test_a_second_service_at_the_same_desk_is_told_so(program: Any) -> None:
    program.serve()
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        free = other.getsockname()[1]

    second = program.run("serve", DISCADOR_FASTAGI_PORT=str(free))

    assert second.returncode == 1
    assert f"The desk {program.desk} cannot be opened" in second.stderr
    # The first one's desk is still its own.
    assert isinstance(standing(program), frames.Standing)


def test_a_call_at_a_desk_left_by_a_dead_service_is_made_by_the_command_itself(program: Any) -> None:
    ends(program.serve(), signal.SIGKILL)

    told = program.run("call", "+525550001003")

    assert "No Discador is running" in told.stdout
    assert "cannot be used: Connection was refused" in told.stderr
    assert told.returncode == 1


def test_json_tells_a_refusal_as_a_frame(program: Any) -> None:
    program.serve()

    told = program.run("call", "--json", "+525550001003")

    assert [json.loads(line)["frame"] for line in told.stdout.splitlines()] == ["failed"]
    assert told.returncode == 1
