from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.asterisk.errors import BrokenListError, NoLinkError, OutcomeUnknownError, RefusedError
from fastagi_server.asterisk.switch import RESPONSE_SECONDS, Switch, read_kept
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, is_call_id, mint
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Kept

NOW = 1_764_000_000.0
Outcome = Callable[[Any], list[Any]]


class Time:
    def __init__(self) -> None:
        self.passed = 0.0

    def wall(self) -> float:
        return NOW

    def steady(self) -> float:
        return self.passed


class Side:
    """A switch over a link to a played Asterisk, and what it told."""

    def __init__(self, world: Any, call: CallId) -> None:
        self.world = world
        self.time = Time()
        self.told: list[facts.Fact] = []
        self.switch = Switch(clock=self.time, tell=self.told.append, fastagi=lambda: "agi://127.0.0.1:4573")
        self.switch.link = world.link
        world.owner.react = self.switch.event
        self.order = PlaceCall(
            call=call,
            number="+525550001003",
            callerid="+525550009000",
            trunk="carrier",
            channel="PJSIP/525550001003@carrier",
            context="discador_mexico",
            ring_seconds=25,
            campaign="spring",
        )

    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.told]


@pytest.fixture
def side(world: Any, call: CallId) -> Side:
    return Side(world, call)


@pytest.fixture
def asterisk(side: Side) -> Any:
    return side.world.linked()


def response(call: str, *, action_id: str = "x", result: str = "Failure", reason: int = 5) -> tuple[str, ...]:
    return (
        "Event: OriginateResponse",
        f"ActionID: {action_id}",
        f"Response: {result}",
        "Channel: PJSIP/525550001003@carrier",
        f"Reason: {reason}",
        f"Uniqueid: {call}",
    )


# Originate


def test_an_originate_says_exactly_this(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(side.order))
    asked = asterisk.hears_one("Originate")
    asked.pop("ActionID")

    assert asked == {
        "Action": "Originate",
        "Channel": "PJSIP/525550001003@carrier",
        "Context": "discador_mexico",
        "Exten": "s",
        "Priority": "1",
        "ChannelId": side.order.call,
        "CallerID": "+525550009000",
        "Timeout": "25000",
        "Account": "spring",
        "Async": "true",
        "EarlyMedia": "false",
        "Variable": [
            "DISCADOR_AGI=agi://127.0.0.1:4573",
            r"CHANNEL(hangup_handler_push)=discador_ended\,s\,1",
            f"PJSIP_HEADER(add,X-Discador-Call)={side.order.call}",
        ],
    }


def test_only_pjsip_takes_a_sip_header(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(replace(side.order, channel="Local/s@test")))

    variables = asterisk.hears_one("Originate")["Variable"]
    assert [each.split("=")[0] for each in variables] == ["DISCADOR_AGI", "CHANNEL(hangup_handler_push)"]


def test_chan_sip_takes_its_headers_from_variables(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(replace(side.order, channel="SIP/carrier/5255", private=True)))

    assert asterisk.hears_one("Originate")["Variable"][2:] == [
        f"SIPADDHEADER01=X-Discador-Call: {side.order.call}",
        "SIPADDHEADER02=Privacy: id",
    ]


def test_a_number_that_the_callee_may_not_see(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(replace(side.order, private=True)))

    assert asterisk.hears_one("Originate")["Variable"][3:] == ["PJSIP_HEADER(add,Privacy)=id"]


def test_our_number_is_written_as_the_carrier_wants_it(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(replace(side.order, shown="5550009000")))

    assert asterisk.hears_one("Originate")["CallerID"] == "5550009000"


def test_a_call_without_a_cdr(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(replace(side.order, cdr=False)))

    assert asterisk.hears_one("Originate")["Variable"][-1] == "CDR_PROP(disable)=1"


def test_the_second_half_of_a_local_channel_has_a_name_that_is_no_call_of_ours(
    side: Side, asterisk: Any, outcome: Outcome
) -> None:
    outcome(side.switch.originate(replace(side.order, channel="Local/5255@from-internal/n")))
    asked = asterisk.hears_one("Originate")

    assert asked["ChannelId"] == side.order.call
    assert asked["OtherChannelId"] == f"2-{side.order.call}"
    assert not asked["OtherChannelId"].startswith(side.order.call)
    assert not is_call_id(asked["OtherChannelId"])


def test_it_is_ordered_when_written_and_accepted_when_answered(
    side: Side, asterisk: Any, outcome: Outcome
) -> None:
    over = outcome(side.switch.originate(side.order))
    assert side.told == [facts.Ordered(call=side.order.call, at=NOW)]
    assert over == []
    asterisk.answers(asterisk.hears_one("Originate"), "Message: Originate successfully queued")

    assert side.told[1:] == [facts.Accepted(call=side.order.call, at=NOW)]
    assert over == [None]


def test_a_refused_order_says_why(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.originate(side.order))
    asterisk.answers(
        asterisk.hears_one("Originate"), "Message: Extension d\udce9 does not exist.", response="Error"
    )

    why = r"Extension d\xe9 does not exist."
    assert side.told[1:] == [facts.OrderRefused(call=side.order.call, at=NOW, why=why)]
    assert over == [None]


@pytest.mark.parametrize("end", ["link", "time"])
def test_an_order_without_an_answer_is_lost(side: Side, asterisk: Any, outcome: Outcome, end: str) -> None:
    over = outcome(side.switch.originate(side.order))
    if end == "link":
        asterisk.hangs_up()
    else:
        side.world.clock.advance(10)

    assert side.told[1:] == [facts.OrderLost(call=side.order.call, at=NOW)]
    assert over == [None]


def test_without_a_link_it_is_refused_and_was_never_ordered(side: Side, outcome: Outcome) -> None:
    over = outcome(side.switch.originate(side.order))

    assert side.kinds() == ["OrderRefused"]
    assert "was not sent" in side.told[0].why
    assert over == [None]


def test_without_any_link_nothing_can_be_asked(side: Side, outcome: Outcome) -> None:
    side.switch.link = None

    assert [type(one) for one in outcome(side.switch.live_calls())] == [NoLinkError]


@pytest.mark.parametrize("bad", ["Local/s@test\r\nAction: Reload", "PJSIP/" + "1" * 2000])
def test_what_ami_cannot_carry_is_refused_and_never_ordered(
    side: Side, asterisk: Any, outcome: Outcome, bad: str
) -> None:
    over = outcome(side.switch.originate(replace(side.order, channel=bad)))

    assert side.kinds() == ["OrderRefused"]
    assert asterisk.hears() == []
    assert over == [None]


@pytest.mark.parametrize("uniqueid", ["its own", "<unknown>", ""])
def test_a_failure_finds_its_call(side: Side, asterisk: Any, outcome: Outcome, uniqueid: str) -> None:
    outcome(side.switch.originate(side.order))
    asked = asterisk.hears_one("Originate")
    asterisk.answers(asked)
    call = side.order.call if uniqueid == "its own" else uniqueid
    asterisk.says(*response(call, action_id=asked["ActionID"], reason=3))

    assert side.told[2:] == [facts.OriginateFailed(call=side.order.call, at=NOW, reason=3)]
    assert side.switch._ordered == {}


def test_a_success_says_nothing_new(side: Side, asterisk: Any, outcome: Outcome) -> None:
    outcome(side.switch.originate(side.order))
    asked = asterisk.hears_one("Originate")
    asterisk.answers(asked)
    asterisk.says(*response(side.order.call, action_id=asked["ActionID"], result="Success", reason=4))

    assert side.kinds() == ["Ordered", "Accepted"]
    assert side.switch._ordered == {}


def test_a_failure_told_after_the_answer_was_given_up_finds_its_call_too(
    side: Side, asterisk: Any, outcome: Outcome
) -> None:
    outcome(side.switch.originate(side.order))
    asked = asterisk.hears_one("Originate")
    side.world.clock.advance(10)
    asterisk.says(*response(side.order.call, action_id=asked["ActionID"]))

    assert side.kinds() == ["Ordered", "OrderLost", "OriginateFailed"]


def test_another_discadors_failure_is_not_ours(
    side: Side, asterisk: Any, outcome: Outcome, other_call: CallId
) -> None:
    outcome(side.switch.originate(side.order))
    asked = asterisk.hears_one("Originate")
    asterisk.answers(asked)
    asterisk.says(*response(other_call, action_id=asked["ActionID"]))
    asterisk.says(*response("1764000000.17", action_id="somebody-1"))

    assert [fact.call for fact in side.told if isinstance(fact, facts.OriginateFailed)] == [other_call]


def test_answers_that_never_come_do_not_fill_the_memory(side: Side, asterisk: Any, outcome: Outcome) -> None:
    for number in range(200):
        order = replace(side.order, call=mint(float(number), b"0123456789"))
        outcome(side.switch.originate(order))
        asterisk.answers(asterisk.hears_one("Originate"))
        side.time.passed += 1.0

    assert len(side.switch._ordered) <= side.order.ring_seconds + RESPONSE_SECONDS + 1


def test_every_event_of_ours_becomes_a_fact_at_the_clocks_time(side: Side, asterisk: Any) -> None:
    asterisk.says("Event: Hangup", "Channel: c", f"Uniqueid: {side.order.call}", "Cause: 17")

    assert side.told == [facts.Ended(call=side.order.call, at=NOW, cause=17)]


# Hang up


def test_a_call_is_ended_by_its_id(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.hangup(side.order.call))
    asked = asterisk.hears_one("Hangup")
    asterisk.answers(asked)

    assert (asked["Channel"], asked["Cause"]) == (side.order.call, "16")
    assert over == [None]


def test_a_call_that_is_gone_already_is_no_error(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.hangup(side.order.call))
    asterisk.answers(asterisk.hears_one("Hangup"), "Message: No such channel", response="Error")

    assert over == [None]


def test_whether_a_call_was_ended_may_be_unknown(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.hangup(side.order.call))
    asterisk.hangs_up()

    assert [type(one) for one in over] == [OutcomeUnknownError]


# What Asterisk has


def lists(
    asterisk: Any, action: str, *items: tuple[str, ...], ends: str = "Complete", missing: int = 0
) -> dict[str, Any]:
    asked: dict[str, Any] = asterisk.hears_one(action)
    completed = {"CoreShowChannels": "CoreShowChannelsComplete", "DBGetTree": "DBGetTreeComplete"}[action]
    asterisk.answers(asked, "EventList: start")
    for item in items:
        asterisk.says(item[0], f"ActionID: {asked['ActionID']}", *item[1:])
    asterisk.says(
        f"Event: {completed}",
        f"ActionID: {asked['ActionID']}",
        f"EventList: {ends}",
        f"ListItems: {len(items) + missing}",
    )
    return asked


def channel(uniqueid: str, *, state: str = "6") -> tuple[str, ...]:
    return ("Event: CoreShowChannel", "Channel: c", f"Uniqueid: {uniqueid}", f"ChannelState: {state}")


def test_the_calls_that_live_are_ours_alone(side: Side, asterisk: Any, outcome: Outcome) -> None:
    living = outcome(side.switch.live_calls())
    lists(asterisk, "CoreShowChannels", channel(side.order.call), channel("1764000000.17"), channel(""))

    assert living == [frozenset({side.order.call})]


def test_a_channel_told_badly_lives_all_the_same(side: Side, asterisk: Any, outcome: Outcome) -> None:
    living = outcome(side.switch.live_calls())
    lists(asterisk, "CoreShowChannels", channel(side.order.call, state="up"))

    assert living == [frozenset({side.order.call})]


def test_a_list_broken_off_is_no_list(side: Side, asterisk: Any, outcome: Outcome) -> None:
    living = outcome(side.switch.live_calls())
    lists(asterisk, "CoreShowChannels", channel(side.order.call), ends="Cancelled")
    kept = outcome(side.switch.kept_optouts())
    lists(asterisk, "DBGetTree", ends="Cancelled")

    assert [type(one) for one in (*living, *kept)] == [BrokenListError] * 2


def test_a_list_that_came_short_is_no_list(side: Side, asterisk: Any, outcome: Outcome) -> None:
    living = outcome(side.switch.live_calls())
    lists(asterisk, "CoreShowChannels", channel(side.order.call), missing=1)

    assert [str(one) for one in living] == ["Asterisk's list for CoreShowChannels is not whole: 1 of 2 came."]


def test_an_empty_family_of_asterisk_16_which_says_1_is_empty(
    side: Side, asterisk: Any, outcome: Outcome
) -> None:
    kept = outcome(side.switch.kept_optouts())
    lists(asterisk, "DBGetTree", missing=1)

    assert kept == [[]]


def test_the_kept_opt_outs_are_read_and_what_is_not_ours_left_alone(
    side: Side, asterisk: Any, outcome: Outcome
) -> None:
    def entry(key: str, val: str) -> tuple[str, ...]:
        return ("Event: DBGetTreeResponse", f"Key: /discador_optout/{key}", f"Val: {val}")

    kept = outcome(side.switch.kept_optouts())
    asked = lists(
        asterisk,
        "DBGetTree",
        entry(side.order.call, "1764000000/9"),
        entry("1764000000.17", "1764000000/9"),
        entry(side.order.call, "yesterday/9"),
        ("Event: DBGetTreeResponse", f"Key: /discador_optout/{side.order.call}"),
    )

    assert asked["Family"] == "discador_optout"
    assert kept == [[Kept(call=side.order.call, at=NOW, digit="9")]]


def test_nothing_kept(side: Side, asterisk: Any, outcome: Outcome) -> None:
    kept = outcome(side.switch.kept_optouts())
    lists(asterisk, "DBGetTree")

    assert kept == [[]]


def test_without_the_right_to_look_nothing_is_known(side: Side, asterisk: Any, outcome: Outcome) -> None:
    kept = outcome(side.switch.kept_optouts())
    asterisk.answers(asterisk.hears_one("DBGetTree"), "Message: Permission denied", response="Error")

    assert [type(one) for one in kept] == [RefusedError]


@pytest.mark.parametrize(
    ("value", "at", "digit"), [("1764000000/9", NOW, "9"), ("1764000000/", NOW, ""), ("1764000000", NOW, "")]
)
def test_an_entry(call: CallId, value: str, at: float, digit: str) -> None:
    assert read_kept(f"/discador_optout/{call}", value) == Kept(call=call, at=at, digit=digit)
    assert read_kept(call, value) == Kept(call=call, at=at, digit=digit)


@pytest.mark.parametrize(
    "value",
    ["", "/9", "-1/9", "1.5/9", "\u0661/9", "1764000000/99", "9" * 400 + "/9", "9" * 12 + "/9", "1e9/9"],
)
def test_an_entry_that_we_never_wrote(call: CallId, value: str) -> None:
    assert read_kept(f"/discador_optout/{call}", value) is None


@pytest.mark.parametrize("key", ["", "/", "/discador_optout/", "/discador_optout/17.4", "/family/x/y"])
def test_an_entry_of_no_call_of_ours(key: str) -> None:
    assert read_kept(key, "1764000000/9") is None


def test_a_kept_opt_out_is_forgotten(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.forget_optout(Kept(call=side.order.call, at=NOW, digit="9")))
    asked = asterisk.hears_one("DBDel")
    asterisk.answers(asked)

    assert (asked["Family"], asked["Key"]) == ("discador_optout", side.order.call)
    assert over == [None]


def test_one_that_is_gone_already_is_no_error(side: Side, asterisk: Any, outcome: Outcome) -> None:
    over = outcome(side.switch.forget_optout(Kept(call=side.order.call, at=NOW, digit="9")))
    asterisk.answers(asterisk.hears_one("DBDel"), "Message: Database entry not found", response="Error")

    assert over == [None]


def test_without_a_link_it_stays_for_the_next_time(side: Side, outcome: Outcome) -> None:
    assert outcome(side.switch.forget_optout(Kept(call=side.order.call, at=NOW, digit="9"))) == [None]
