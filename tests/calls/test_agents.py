"""A queue of three agents: no more calls than they take, nobody abandoned, nothing while all are paused."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.paths import Side
from fastagi_server.loadtest.release import Release
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300), ON_22]

AGENTS = [f"Local/{n}@lab_desk/n" for n in (1, 2, 3)]
QUEUES = "[general]\npersistentmembers = no\n[ventas]\nstrategy = rrmemory\nmaxlen = 0\n" + "".join(
    f"member => {agent}\n" for agent in AGENTS
)
# An agent answers at once, talks for two seconds and hangs up.
DIALPLAN = """
[lab_desk]
exten => _X,1,Answer()
 same => n,Wait(2)
 same => n,Hangup()

[lab_queue]
exten => s,1,Queue(ventas)
 same => n,Hangup()
"""
# They press the connect key and stay until the agent hangs up.
PRESSING = [f"+525550{n:04}51" for n in range(7)]


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"agents-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug == "mexico"]
    office = Office(lab=lab.up(name, release=release, countries=spoken), command=command, clock=RealClock())
    try:
        hire(office)
        office.prepare()
        yield office
    finally:
        office.service.stop()
        lab.down(name)


def hire(office: Office) -> None:
    """Give the operator's Asterisk a queue with agents, and Discador its name."""
    etc = office.lab.paths.side(Side.DIALER) / "etc"
    (etc / "queues.conf").unlink(missing_ok=True)  # a link to the package's
    (etc / "queues.conf").write_text(QUEUES)
    shutil.chown(etc / "queues.conf", *owner(etc / "extensions.conf"))
    with (etc / "extensions.conf").open("a") as file:
        file.write(DIALPLAN)
    manager = (etc / "manager.conf").read_text()
    assert "read = call,dtmf,user\n" in manager
    (etc / "manager.conf").write_text(
        manager.replace("read = call,dtmf,user\n", "read = call,dtmf,user,agent\n")
    )
    config = office.service.config
    settings = yaml.safe_load(config.read_text())
    settings["dialplan"]["destination"] = {"context": "lab_queue", "exten": "s", "queue": "ventas"}
    config.write_text(yaml.safe_dump(settings))
    with office.lab.witness() as witness:
        # The dialplan first: a member whose extension is not there yet is invalid until somebody calls it.
        for line in ("dialplan reload", "module load app_queue.so", "queue reload all", "manager reload"):
            witness.action("Command", ("Command", line))


def owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def pause(office: Office, paused: str, *agents: str) -> None:
    with office.lab.witness() as witness:
        for agent in agents:
            told = witness.action("QueuePause", ("Queue", "ventas"), ("Interface", agent), ("Paused", paused))
            assert told["Response"] == "Success", told


def most_at_once(calls: Sequence[CarrierCall], slack: float) -> int:
    """Give the most calls up at once; `slack` is how much sooner an agent is free than a callee is gone."""
    steps = sorted(
        step
        for call in calls
        for step in ((call.invited_at, 1), ((call.ended_at or call.invited_at) - slack, -1))
    )
    up = most = 0
    for _, change in steps:
        up += change
        most = max(most, up)
    return most


def test_agents_bound_the_calls_and_nobody_is_abandoned(office: Office) -> None:
    office.own(["+525511000000"])
    office.plan("ventas", PRESSING)
    office.serve()
    pause(office, "true", *AGENTS)
    found = {each["key"]: each["level"] for each in json.loads(office.service.once("check", "--json"))}
    assert (found["rights_read"], found["queue_empty"]) == ("good", "note")

    office.begin("ventas")
    time.sleep(3)
    assert office.rung(PRESSING) == []
    queue = office.standing("ventas").queues["ventas"]
    assert (queue["free"], queue["coming"], queue["why"]) == (0, 0, "no agent is free")

    with office.lab.witness() as witness:
        pause(office, "false", AGENTS[0])
        office.wait_until(lambda: len(office.rung(PRESSING)) == 1, 5, "a call for the one who is back")
        time.sleep(1)
        assert len(office.rung(PRESSING)) == 1
        assert "queue ventas: agents free 1" in office.service.once("campaign", "status", "ventas")
        pause(office, "false", *AGENTS[1:])
        office.wait_until(lambda: office.over("ventas"), 60, "everybody's call")
        witness.action("UserEvent", ("UserEvent", "Over"))
        told = witness.until(lambda message: message.get("UserEvent") == "Over")

    calls = office.rung(PRESSING)
    assert len(calls) == len(PRESSING)
    assert most_at_once(calls, 0.3) == len(AGENTS)
    names = [message.get("Event") for message in told]
    assert (names.count("AgentConnect"), names.count("QueueCallerAbandon")) == (len(PRESSING), 0)
    shown = office.service.once("campaign", "status", "ventas")
    assert f"abandoned in 30 days: 0 of {len(PRESSING)}" in shown or office.standing("ventas").queues == {}
