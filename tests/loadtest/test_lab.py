"""A lab that is up, from outside: rights, addresses, and each kind of callee, all called at once."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fastagi_server.loadtest import debian, lab, ports, programs
from fastagi_server.loadtest.callees import CALLEES, Callee, Outcome
from fastagi_server.loadtest.calls import CarrierCall, callees, read_calls, read_rejects
from fastagi_server.loadtest.errors import BadNameError, NeedsRootError, NoLabError, OtherReleaseError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.paths import Side
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.speech import length
from fastagi_server.telephony.call_id import mint
from tests.calls.ringing import wait_until

NAME = "callees"
PREFIXES = {"mexico": "5255500010", "usa": "1212555020", "brasil": "5511955550"}
CALLERID = "+525550009000"


def test_a_name_that_cannot_be_a_folder_is_refused() -> None:
    for name in ("", "../lab", "Lab", "a" * 25):
        with pytest.raises(BadNameError):
            Lab.load(name)


def test_a_lab_that_is_not_up_is_told_with_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(NoLabError, match="scripts/lab up --name none"):
        Lab.load("none", cache=tmp_path)


def test_nobody_but_root_brings_a_lab_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(NeedsRootError):
        lab.up("none", cache=tmp_path)


@pytest.fixture(scope="module")
def here(release: Release) -> Iterator[Lab]:
    lab.down(NAME)
    yield lab.up(NAME, release=release)
    assert lab.down(NAME)


@dataclass
class Seen:
    """What the dialer's Asterisk told of one call."""

    amd: str = ""
    digits: list[str] = field(default_factory=list)
    hangup: dict[str, str] = field(default_factory=dict)
    tech: str = ""
    reason: str = ""
    carrier: CarrierCall | None = None


@pytest.fixture(scope="module")
def calls(here: Lab) -> dict[str, Seen]:
    """Call every callee in Mexico, and elsewhere those whose language matters; wait until all have ended."""
    numbers = {f"{PREFIXES['mexico']}{callee.ending}": "mexico" for callee in CALLEES}
    numbers |= {
        f"{PREFIXES[slug]}{ending}": slug for slug in ("usa", "brasil") for ending in ("01", "30", "50")
    }
    ids = {mint(time.time(), os.urandom(10)): number for number in numbers}
    seen = {call: Seen() for call in ids}
    ended: set[str] = set()
    answers: set[str] = set()

    def note(event: dict[str, str]) -> bool:
        call = seen.get(event.get("Uniqueid", ""))
        what = event.get("Event")
        if what == "OriginateResponse":
            answers.add(event["ActionID"])
            by_action[event["ActionID"]].reason = event["Reason"]
        elif call is None:
            return False
        elif what == "UserEvent" and event["UserEvent"] == "LabAmd":
            call.amd = event["Status"]
        elif what == "UserEvent" and event["UserEvent"] == "LabEnded":
            call.tech = event["Tech"]
        elif what == "DTMFEnd" and event["Direction"] == "Received":
            call.digits.append(event["Digit"])
        elif what == "Hangup":
            call.hangup = event
            ended.add(event["Uniqueid"])
        return len(ended) == len(answers) == len(seen)

    by_action: dict[str, Seen] = {}
    with here.witness() as witness:
        for call, number in ids.items():
            told = witness.action(
                "Originate",
                ("Channel", f"PJSIP/{number}@carrier"),
                ("Context", "lab_try"),
                ("Exten", f"try_{numbers[number]}"),
                ("Priority", "1"),
                ("Async", "true"),
                ("ChannelId", call),
                ("Timeout", "12000"),
                ("CallerID", CALLERID),
                ("Variable", f"PJSIP_HEADER(add,X-Discador-Call)={call}"),
                ("Variable", r"CHANNEL(hangup_handler_push)=lab_ended\,s\,1"),
            )
            assert told["Response"] == "Success"
            by_action[told["ActionID"]] = seen[call]
        witness.until(note)
    # The dialer's side has ended; the carrier writes its last lines in its own time.
    wait_until(
        lambda: all(call.ended_at for call in read_calls(here.paths.calls)), 10, "the carrier wrote all"
    )
    for carried in callees(read_calls(here.paths.calls)):
        seen[carried.call].carrier = carried
    return {number: seen[call] for call, number in ids.items()}


@pytest.fixture
def mexico(calls: dict[str, Seen], ending: str) -> Seen:
    return calls[f"{PREFIXES['mexico']}{ending}"]


asterisk = pytest.mark.asterisk


@asterisk
@pytest.mark.parametrize("callee", CALLEES, ids=lambda callee: callee.ending)
def test_every_call_is_written_down_by_the_carrier_with_its_header(
    calls: dict[str, Seen], callee: Callee
) -> None:
    carried = calls[f"{PREFIXES['mexico']}{callee.ending}"].carrier

    assert carried is not None
    assert carried.callerid == CALLERID
    assert carried.outcome == callee.outcome
    assert carried.ended_at is not None
    assert (carried.answered_at is not None) == (callee.outcome is Outcome.ANSWERED)


@asterisk
@pytest.mark.parametrize(
    "ending", ["00", *(f"0{n}" for n in range(1, 10)), "10", "12", "19", "21", "32", "50"]
)
def test_a_human_is_heard_as_one(mexico: Seen) -> None:
    assert mexico.amd == "HUMAN"


@asterisk
@pytest.mark.parametrize("slug", ["usa", "brasil"])
def test_a_human_is_one_in_every_language_and_presses_the_countrys_key(
    calls: dict[str, Seen], slug: str
) -> None:
    assert (calls[f"{PREFIXES[slug]}01"].amd, calls[f"{PREFIXES[slug]}01"].digits) == ("HUMAN", ["1"])
    assert calls[f"{PREFIXES[slug]}50"].digits == ["1"]
    assert calls[f"{PREFIXES[slug]}30"].amd == "MACHINE"


@asterisk
@pytest.mark.parametrize("ending", ["30", "31", "33"])
def test_a_voicemail_is_heard_as_a_machine(mexico: Seen) -> None:
    assert mexico.amd == "MACHINE"


@asterisk
@pytest.mark.parametrize(("ending", "verdict"), [("34", "MACHINE"), ("35", "NOTSURE")])
def test_silence_is_a_machine_and_no_audio_is_a_riddle(mexico: Seen, verdict: str) -> None:
    assert mexico.amd == verdict


@asterisk
@pytest.mark.parametrize("ending", ["22"])
def test_one_who_leaves_while_amd_listens_gets_no_verdict(mexico: Seen) -> None:
    assert mexico.amd == ""
    assert mexico.carrier
    assert mexico.carrier.by == "callee"
    assert mexico.carrier.ended_at - mexico.carrier.answered_at < 1


KEYS = {
    **{f"0{n}": str(n) for n in range(1, 10)},
    "00": "",
    "12": "3",
    "13": "9",
    "17": "9",
    "18": "9",
    "19": "9",
    "20": "",
    "21": "",
    "30": "",
    "31": "13",
    "32": "1",
    "33": "13",
    "50": "3",
    "51": "3",
}


@asterisk
@pytest.mark.parametrize("ending", KEYS)
def test_the_dialer_hears_the_keys_that_the_callee_says_it_pressed(mexico: Seen, ending: str) -> None:
    assert mexico.carrier
    assert "".join(mexico.digits) == KEYS[ending]
    assert "".join(key.digit for key in mexico.carrier.pressed) == KEYS[ending]


# ending: Q.850 causes, SIP answer as AMI tells it (16 does not), SIP answer as the hangup handler tells it.
# A 480 has two: the carrier's own in Reason: Q.850 (20), and what chan_pjsip makes of the answer (19);
# either comes last.
REFUSALS = {
    "40": ({"17"}, "486", "SIP 486 Busy Here"),
    "42": ({"21"}, "603", "SIP 603 Network Blocked"),
    "43": ({"34"}, "503", "SIP 503 Trunk Capacity Exceeded"),
    "45": ({"1"}, "404", "SIP 404 Not Found"),
    "46": ({"19", "20"}, "480", "SIP 480 Temporarily Unavailable"),
    "47": ({"127"}, "607", "SIP 607 Unwanted"),
    "48": ({"127"}, "608", "SIP 608 Rejected"),
}


@asterisk
@pytest.mark.parametrize("ending", REFUSALS)
def test_a_refusal_comes_with_its_cause_and_its_words(here: Lab, mexico: Seen, ending: str) -> None:
    causes, code, words = REFUSALS[ending]
    told = None if here.release is Release.ASTERISK_16 else code

    assert mexico.hangup["Cause"] in causes
    assert (mexico.hangup.get("TechCause"), mexico.tech) == (told, words)


@asterisk
def test_sipp_saw_the_same_calls_under_the_same_header(here: Lab, calls: dict[str, Seen]) -> None:
    sent_on = {
        seen.carrier.call: seen.carrier.number
        for seen in calls.values()
        if seen.carrier.outcome == "rejected"
    }

    assert {reject.call: reject.number for reject in read_rejects(here.paths.rejects)} == sent_on
    assert len(sent_on) == 4


@asterisk
@pytest.mark.parametrize("ending", ["41", "44"])
def test_one_who_never_answers_runs_into_the_dialers_patience(mexico: Seen) -> None:
    assert mexico.reason == "3"
    assert mexico.amd == ""
    assert mexico.carrier
    assert mexico.carrier.by == "dialer"


INSTANTS = {
    "03": ("identification", "optout", 1.0),
    "19": (1.0,),
    "17": ("identification", 1.0),
    "12": ("identification", "optout", "offer", 1.5),
}


@asterisk
@pytest.mark.parametrize("ending", INSTANTS)
def test_a_key_is_pressed_when_the_prompts_say(here: Lab, mexico: Seen, ending: str) -> None:
    heard = 0.0
    for part in INSTANTS[ending]:
        heard += length(here.paths.sounds / f"mexico/{part}.wav") if isinstance(part, str) else part
    assert mexico.carrier
    pressed = mexico.carrier.pressed[0].at - mexico.carrier.answered_at

    listened = pressed - heard  # greeting, AMD()'s silence, and what the machines take
    assert 1.2 < listened < 2.2


@asterisk
def test_a_connected_call_reaches_the_agent_under_its_own_header(here: Lab, calls: dict[str, Seen]) -> None:
    agents = [call for call in read_calls(here.paths.calls) if call.number == "agent"]

    connected = calls[f"{PREFIXES['mexico']}50"].carrier
    assert connected.call in {call.call for call in agents}
    assert connected.by == "callee"
    assert calls[f"{PREFIXES['mexico']}51"].carrier.by == "dialer"


@asterisk
def test_up_finds_it_up(here: Lab) -> None:
    before = here.pids()

    again = lab.up(NAME, release=here.release)

    assert again == here
    assert again.pids() == before
    assert again.running()


@asterisk
def test_everything_with_a_port_of_the_lab_is_on_loopback(here: Lab) -> None:
    block = range(here.ports.block, here.ports.block + ports.BLOCK)
    tables = "".join(Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6", "udp", "udp6"))
    local = re.findall(r"^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ", tables, re.MULTILINE)

    ours = {(address, int(port, 16)) for address, port in local if int(port, 16) in block}
    assert len({port for _, port in ours}) >= 6
    assert {address for address, _ in ours} == {"0100007F"}


def _as_discador(*argv: str) -> int:
    return subprocess.run(
        ["runuser", "-u", debian.USER, "--", *argv], capture_output=True, check=False
    ).returncode


def _as_asterisk(here: Lab, *argv: str) -> int:
    owner = debian.asterisk_owner(here.paths.root)
    user = f"--userspec={owner.uid}:{owner.gid}"
    command = ["chroot", user, "--groups=", str(here.paths.root), *argv]
    return subprocess.run(command, capture_output=True, check=False).returncode


@asterisk
def test_each_user_may_do_its_part_and_no_more(here: Lab) -> None:
    paths = here.paths
    dialplan = paths.dialplan / "try.conf"
    manager = paths.side(Side.DIALER) / "etc/manager.conf"

    assert _as_discador("cat", str(paths.secret)) == 0
    assert _as_discador("cat", str(paths.config)) == 0
    assert _as_discador("sh", "-c", f"umask 027; echo x >{dialplan}") == 0
    assert _as_discador("touch", str(paths.data / "x"), str(paths.run / "x")) == 0
    assert _as_discador("cat", str(paths.witness_secret)) != 0
    assert _as_discador("cat", str(manager)) != 0

    assert _as_asterisk(here, "cat", str(paths.inside(dialplan))) == 0
    assert _as_asterisk(here, "cat", str(paths.inside(paths.sounds / "mexico/offer.wav"))) == 0
    assert _as_asterisk(here, "touch", str(paths.inside(dialplan))) != 0
    assert _as_asterisk(here, "cat", str(paths.inside(paths.secret))) != 0
    dialplan.unlink()


@asterisk
def test_two_labs_run_side_by_side_and_one_goes_alone(here: Lab) -> None:
    (another,) = set(Release) - {here.release}
    other = lab.up(f"{NAME}-2", release=another)
    try:
        assert other.running()
        assert other.ports.block != here.ports.block
    finally:
        assert lab.down(f"{NAME}-2")

    assert not other.paths.folder.exists()
    assert not any(other.pids().values())
    assert here.running()
    assert not lab.down(f"{NAME}-2")


@asterisk
def test_a_name_is_one_labs_whichever_its_release(here: Lab) -> None:
    (other,) = set(Release) - {here.release}

    with pytest.raises(OtherReleaseError, match=f"is one of Asterisk {here.release}, not {other}"):
        lab.up(NAME, release=other)

    assert Lab.load(NAME) == here
    assert here.running()


@asterisk
def test_a_lab_of_which_a_program_died_is_brought_up_anew(release: Release) -> None:
    name = f"{NAME}-3"
    lab.up(name, release=release)
    try:
        carrier, _, _ = Lab.load(name).programs()
        programs.end(carrier)
        assert not Lab.load(name).running()

        assert lab.up(name, release=release).running()
    finally:
        lab.down(name)


@asterisk
def test_a_lab_claims_its_ports_until_nothing_of_it_runs_any_more(release: Release) -> None:
    name = f"{NAME}-4"
    gone = lab.up(name, release=release)
    try:
        *others, last = gone.programs()
        for program in others:
            programs.end(program)
        assert gone.ports.block in lab.claimed_blocks()

        programs.end(last)

        assert gone.ports.block not in lab.claimed_blocks()
        assert gone.paths.folder.exists()
    finally:
        lab.down(name)
