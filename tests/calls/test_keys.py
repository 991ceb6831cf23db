"""Every callee of the carrier is rung once, all at the same time; then each is looked at alone.

What Discador recorded stands beside what the carrier wrote, matched one to one by X-Discador-Call.
"""

from __future__ import annotations

import pytest

from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import service
from tests.calls.ringing import Caller, Story, optouts

pytestmark = pytest.mark.asterisk

# country, ending of the number (docs/lab.md says who that is), disposition, SIP answer
EXPECTED = [
    ("mexico", "03", "connected", 200),
    ("mexico", "01", "no_key", 200),
    ("mexico", "05", "no_key", 200),
    ("mexico", "00", "no_key", 200),
    ("mexico", "09", "opted_out", 200),
    ("mexico", "10", "connected", 200),
    ("mexico", "11", "connected", 200),
    ("mexico", "12", "connected", 200),
    ("mexico", "13", "opted_out", 200),
    ("mexico", "14", "connected", 200),
    ("mexico", "17", "opted_out", 200),
    ("mexico", "18", "opted_out", 200),
    ("mexico", "19", "opted_out", 200),
    ("mexico", "20", "hung_up", 200),
    ("mexico", "21", "hung_up", 200),
    ("mexico", "22", "hung_up", 200),
    ("mexico", "30", "machine", 200),
    ("mexico", "31", "machine", 200),
    ("mexico", "32", "no_key", 200),
    ("mexico", "33", "machine", 200),
    ("mexico", "34", "machine", 200),
    ("mexico", "35", "no_key", 200),
    ("mexico", "40", "busy", 486),
    ("mexico", "41", "no_answer", 180),
    ("mexico", "42", "blocked", 603),
    ("mexico", "43", "congested", 503),
    ("mexico", "44", "no_answer", 183),
    ("mexico", "45", "invalid_number", 404),
    ("mexico", "46", "no_answer", 480),
    ("mexico", "47", "blocked", 607),
    ("mexico", "48", "blocked", 608),
    ("usa", "01", "connected", 200),
    ("usa", "03", "no_key", 200),
    ("usa", "09", "opted_out", 200),
    ("usa", "10", "connected", 200),
    ("brasil", "01", "connected", 200),
    ("brasil", "03", "no_key", 200),
    ("brasil", "09", "opted_out", 200),
    ("brasil", "10", "connected", 200),
]
EVERYBODY = [(country, ending) for country, ending, _, _ in EXPECTED]
Stories = dict[tuple[str, str], Story]


@pytest.fixture(scope="module")
def stories(caller: Caller) -> Stories:
    numbers = {who: caller.number(*who) for who in EVERYBODY}
    told = caller.ring_all(list(numbers.values()))
    return {who: told[number] for who, number in numbers.items()}


def of(outcome: str) -> list[tuple[str, str]]:
    return [(country, ending) for country, ending, disposition, _ in EXPECTED if disposition == outcome]


@pytest.mark.parametrize(("country", "ending", "disposition", "sip"), EXPECTED)
def test_each_call_ends_as_it_should(
    stories: Stories, country: str, ending: str, disposition: str, sip: int
) -> None:
    record = stories[country, ending].record

    assert (record["disposition"], record["sip_code"]) == (disposition, sip), record["why"]


@pytest.mark.parametrize("who", EVERYBODY, ids="-".join)
def test_the_carrier_lived_the_same_call(stories: Stories, who: tuple[str, str]) -> None:
    story = stories[who]

    assert story.carrier is not None
    assert story.carrier.number == story.number.removeprefix("+")
    assert story.carrier.callerid == story.record["callerid"]
    assert (story.carrier.answered_at is not None) == (story.record["answered_at"] is not None)


@pytest.mark.parametrize("who", EVERYBODY, ids="-".join)
def test_no_channel_outlives_its_callee(stories: Stories, who: tuple[str, str]) -> None:
    story = stories[who]

    assert story.carrier is not None
    assert story.carrier.ended_at is not None
    assert abs(story.record["ended_at"] - story.carrier.ended_at) < 1


def test_the_carriers_agent_was_rung_once_for_each_connected_call(stories: Stories, caller: Caller) -> None:
    began = min(story.record["planned_at"] for story in stories.values())
    rung = [
        call
        for call in carrier_calls.read_calls(caller.lab.paths.calls)
        if call.number == "agent" and call.invited_at > began
    ]

    assert len(rung) == len(of("connected"))


@pytest.mark.parametrize("who", of("opted_out"), ids="-".join)
def test_a_nine_is_on_the_list_before_the_call_ends(
    stories: Stories, discador: service.Service, who: tuple[str, str]
) -> None:
    story = stories[who]
    evidence = optouts(discador)[story.number]

    assert evidence[0]["call"] == story.call
    assert evidence[0]["digit"] == "9"
    if who[1] != "13":  # who presses 9 and hangs up at once ends the call himself
        assert evidence[0]["at"] < story.record["ended_at"]
        assert story.carrier is not None
        assert story.carrier.by == "dialer"


def test_nobody_else_is_on_the_list(stories: Stories, discador: service.Service) -> None:
    wanted = {stories[who].number for who in of("opted_out")}

    assert {
        number for number in optouts(discador) if number in {s.number for s in stories.values()}
    } == wanted


def test_who_left_the_list_is_never_called_again(stories: Stories, caller: Caller) -> None:
    again = caller.ring(stories["mexico", "09"].number)

    assert again.refused is not None
    assert again.refused.code == "NotDialedError"
    assert "opt-out list" in again.refused.message


@pytest.mark.parametrize(
    ("who", "pressed"),
    [
        (("mexico", "03"), "3"),
        (("mexico", "10"), "03"),
        (("mexico", "11"), None),
        (("mexico", "31"), ""),
        (("mexico", "33"), "13"),
        (("usa", "10"), "01"),
    ],
    ids=str,
)
def test_every_digit_that_reached_us_is_in_the_record(
    stories: Stories, who: tuple[str, str], pressed: str | None
) -> None:
    story = stories[who]
    digits = story.record["digits"]

    assert story.carrier is not None
    heard = "".join(press["digit"] for press in digits)
    assert heard == ("".join(key.digit for key in story.carrier.pressed) if pressed is None else pressed)
    for press, key in zip(digits, story.carrier.pressed, strict=False):
        assert 80 <= press["duration_ms"] <= 400
        assert abs(press["begun_at"] - key.at) < 0.3
        assert press["ended_at"] > press["begun_at"]


def test_a_blocked_call_says_so_in_the_carriers_own_words(stories: Stories) -> None:
    assert stories["mexico", "42"].record["why"] == "603 Network Blocked"
    assert stories["mexico", "42"].record["cause"] == 21
    assert stories["mexico", "43"].record["why"].startswith("503 ")
    assert stories["mexico", "43"].record["cause"] == 34


def test_the_rejected_were_refused_by_the_very_same_call(stories: Stories, caller: Caller) -> None:
    rejected = {each.call for each in carrier_calls.read_rejects(caller.lab.paths.rejects)}

    assert {stories["mexico", ending].call for ending in ("42", "43", "47", "48")} <= rejected


@pytest.mark.parametrize("who", of("machine"), ids="-".join)
def test_a_machine_is_hung_up_within_a_blink_of_the_verdict(stories: Stories, who: tuple[str, str]) -> None:
    record = stories[who].record

    assert record["amd_verdict"] == "MACHINE"
    assert record["ended_at"] - record["amd_at"] < 0.5
    assert record["connected_at"] is None


def test_setup_times_stand_in_their_order(stories: Stories) -> None:
    record = stories["mexico", "03"].record
    steps = ("planned_at", "begun_at", "ordered_at", "dialed_at", "ringing_at", "answered_at", "amd_at")
    instants = [record[step] for step in (*steps, "key_at", "connected_at", "ended_at")]

    assert instants == sorted(instants)
    assert record["accepted_at"] is not None
