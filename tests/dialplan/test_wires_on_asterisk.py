"""What a real Asterisk does with what the wires allow: the facts for which our own guards stand."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from fastagi_server.ami.headers import Escaped, variable
from tests.conftest import ON_22

if TYPE_CHECKING:
    from conftest import Call, Event, Lab

pytestmark = pytest.mark.asterisk
SERIAL = itertools.count(1)


def originate(lab: Lab, *variables: str, name: str = "", **headers: str) -> Call:
    """Send an Originate as it is, past our own core, and give the call."""
    call = lab.call.__globals__["Call"](lab.manager, name or f"wires-{next(SERIAL):06}-whole")
    told = {
        "Channel": "Local/human@callee/n", "Context": "ventas-mx", "Exten": "s", "Priority": "1",
        "ChannelId": call.call, "OtherChannelId": f"{call.call}-callee", "Async": "true", "Timeout": "5000",
        **headers,
    }  # fmt: skip
    lab.manager.send(*(f"Variable: {each}" for each in variables), Action="Originate", **told)
    return call


def outcome(lab: Lab, call: Call) -> Event:
    """Wait for the outcome of an Originate."""
    return lab.manager.wait(
        lambda event: event.get("Event") == "OriginateResponse" and event.get("Uniqueid") == call.call
    )


def end(call: Call) -> None:
    call.hang_up()
    call.event("Hangup")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Variable: FOO=a,CALLERID(name)=Evil", "Evil"),
        (variable("FOO", Escaped(r"a\,CALLERID(name)=Evil")).decode().strip(), "<unknown>"),
    ],
)
def test_a_bare_comma_in_a_variable_sets_another_and_an_escaped_one_does_not(
    lab: Lab, header: str, name: str
) -> None:
    call = originate(lab, header.partition(": ")[2])

    assert call.step("ventas-mx", "Wait")["CallerIDName"] == name
    end(call)


def refused(lab: Lab, name: str) -> Event:
    """Try to have a second call of that name beside the first, and give the outcome."""
    originate(lab, name=name, Context="callee", Exten="busy")
    return lab.manager.wait(
        lambda event: event.get("Event") == "OriginateResponse" and event.get("Context") == "callee"
    )


def test_a_call_id_that_lives_is_refused_a_second_time(lab: Lab) -> None:
    first = originate(lab)
    first.step("ventas-mx", "Wait")

    told = refused(lab, first.call)

    assert (told["Response"], told["Reason"]) == ("Failure", "0")
    end(first)


# 16.28 takes it.
@ON_22
def test_so_is_the_beginning_of_one(lab: Lab) -> None:
    first = originate(lab)
    first.step("ventas-mx", "Wait")

    told = refused(lab, first.call[:-1])

    assert (told["Response"], told["Reason"]) == ("Failure", "0")
    end(first)


def test_who_does_not_answer_is_told_by_the_reason_of_a_timeout(lab: Lab) -> None:
    call = originate(lab, Channel="Local/ringing@callee/n", Timeout="1000")

    told = outcome(lab, call)

    assert (told["Response"], told["Reason"]) == ("Failure", "3")


@pytest.fixture
def cut() -> Iterator[str]:
    """A server that asks one thing and cuts the line before it has the answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one() -> None:
            wire, _ = listener.accept()
            with wire, wire.makefile("rb") as lines:
                while lines.readline() != b"\n":
                    pass
                wire.sendall(b'VERBOSE "here" 3\n')
                lines.readline()
                wire.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=one)
        thread.start()
        yield f"agi://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)
        assert not thread.is_alive()


def test_a_session_that_was_cut_counts_as_a_success_so_nothing_is_read_from_it(lab: Lab, cut: str) -> None:
    was_cut = originate(lab, f"DISCADOR_AGI={cut}", Context="asks")
    assert was_cut.told("asked")["Status"] == "SUCCESS"
    end(was_cut)

    refused = originate(lab, "DISCADOR_AGI=agi://127.0.0.1:1", Context="asks")
    assert refused.told("asked")["Status"] == "FAILURE"
    end(refused)


def shown(lab: Lab) -> bool:
    """Ask whether Asterisk has our Mexico."""
    lab.manager.send(Action="ShowDialPlan", Context="discador_mexico")
    answer = lab.manager.wait(lambda event: event.get("ActionID") == "ShowDialPlan" and "Response" in event)
    if answer["Response"] != "Success":
        return False
    lab.manager.wait(lambda event: event.get("Event") == "ShowDialPlanComplete")
    return True


def reload(lab: Lab, text: str, there: bool) -> str:
    """Write our file, reload, wait until the dialplan is so; give what Asterisk answered."""
    lab.file.write_text(text, encoding="utf-8")
    lab.manager.send(Action="Reload", Module="pbx_config")
    told = lab.manager.wait(lambda event: event.get("ActionID") == "Reload" and "Response" in event)
    until = time.monotonic() + 15
    while shown(lab) is not there:
        assert time.monotonic() < until, "the reload has not come to pass"
        threading.Event().wait(0.05)
    return told["Response"]


def test_a_reload_says_success_to_an_empty_file_so_it_is_read_back(lab: Lab) -> None:
    try:
        assert reload(lab, "", there=False) == "Success"
    finally:
        assert reload(lab, lab.text, there=True) == "Success"
