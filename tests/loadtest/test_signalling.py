"""The carrier that only signals: its scenarios, its file, and real calls to it."""

from __future__ import annotations

import os
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fastagi_server.loadtest import lab
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.signalling import (
    ENDPOINT,
    RING_SECONDS,
    Kind,
    Signalled,
    read_signalled,
    rival,
    running,
)
from fastagi_server.loadtest.templates import render
from fastagi_server.pacing.proof import mean_rate
from tests.calls.ringing import wait_until
from tests.conftest import ON_22

AT = "2026-11-27\t08:13:48.123456\t"


@pytest.mark.parametrize("name", ["signalling_busy", "signalling_answers", "rival"])
def test_a_scenario_is_well_formed_and_every_jump_has_its_label(name: str) -> None:
    scenario = ET.fromstring(render(f"{name}.xml", ring=200))

    labels = {label.get("id") for label in scenario.iter("label")}
    assert {step.get("ontimeout") for step in scenario.iter() if step.get("ontimeout")} == labels


def test_its_file_is_read_call_by_call(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(
        f'{{"what":"invited","at":"{AT}10.250000","number":"5255","call":"a"}}\n'
        f'{{"what":"invited","at":"{AT}10.500000","number":"5256","call":"b"}}\n'
        f'{{"what":"answered","at":"{AT}10.750000","call":"a"}}\n'
        f'{{"what":"ended","at":"{AT}11.000000","call":"a"}}\n'
        f'{{"what":"ended","at":"{AT}11'
    )

    assert read_signalled(file) == [
        Signalled(call="a", number="5255", invited_at=10.25, answered_at=10.75, ended_at=11.0),
        Signalled(call="b", number="5256", invited_at=10.5),
    ]


def ring(here: Lab, call: str) -> dict[str, str]:
    """Call somebody there, hang up a moment after the answer, and give our own Asterisk's last word."""
    with here.witness() as witness:
        witness.action(
            "Originate",
            ("Channel", f"PJSIP/525500000140@{ENDPOINT}"),
            ("Application", "Wait"),
            ("Data", "0.3"),
            ("Async", "true"),
            ("ChannelId", call),
            ("Variable", f"PJSIP_HEADER(add,X-Discador-Call)={call}"),
        )
        return dict(witness.wait_for("Hangup", lambda event: event["Uniqueid"] == call))


@pytest.mark.asterisk
@ON_22
def test_it_rings_and_is_busy_or_answers_and_sipp_calls_it_at_its_own_pace(release: Release) -> None:
    name = f"signal-{os.getpid()}"
    here = lab.up(name, release=release)
    try:
        with running(here, Kind.BUSY) as log:
            assert ring(here, "busy1")["TechCause"] == "486"
            rival(here, cps=40, count=80)
            wait_until(lambda: len(read_signalled(log)) == 81, 5, "every call is in the file")
            first, *rivals = read_signalled(log)
            assert (first.call, first.number, first.answered_at) == ("busy1", "525500000140", None)
            assert abs(mean_rate([each.invited_at for each in rivals]) - 40) < 2
        with running(here, Kind.ANSWERS) as log:
            before = time.time()
            assert ring(here, "good1")["Cause"] in ("0", "16")
            wait_until(
                lambda: any(each.ended_at for each in read_signalled(log)), 5, "the BYE is in the file"
            )
            (only,) = read_signalled(log)
            assert before < only.invited_at
            assert only.answered_at
            assert only.ended_at
            assert RING_SECONDS <= only.answered_at - only.invited_at < RING_SECONDS + 1
            assert only.ended_at - only.answered_at > 0.2
    finally:
        lab.down(name)
