from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest

from fastagi_server.ami import events
from fastagi_server.ami.action import Action
from fastagi_server.ami.actions import PJSIPShowEndpoint
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.trunk import addresses, host_of
from fastagi_server.compliance.gate import stays_here


def run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a double made it wait")


class Asterisk:
    def __init__(self, *told: Event) -> None:
        self.told = told
        self.asked: list[Action] = []

    async def __call__(self, action: Action) -> Answered:
        self.asked.append(action)
        if not self.told:
            raise RefusedError(action=action.action, why="Unable to retrieve endpoint")
        return Answered(action_id="1", action=action, response=Response(response="Success"), events=self.told)


HERE = events.ContactStatusDetail(uri="sip:127.0.0.1:15402")
FAR = events.ContactStatusDetail(uri="sip:trunk@203.0.113.9:5060;transport=tcp")


def test_the_endpoint_of_the_dial_string_is_asked_about() -> None:
    asterisk = Asterisk(HERE)

    assert run(addresses("PJSIP/{number}@carrier", asterisk)) == ["127.0.0.1"]
    assert asterisk.asked == [PJSIPShowEndpoint(endpoint="carrier")]


def test_every_contact_counts() -> None:
    assert run(addresses("PJSIP/{number}@carrier", Asterisk(HERE, FAR))) == ["127.0.0.1", "203.0.113.9"]


def test_a_contact_that_is_only_listed_counts_too() -> None:
    aor = events.AorDetail(object_name="carrier", contacts="carrier/sip:203.0.113.9,carrier/sip:127.0.0.1")

    assert run(addresses("PJSIP/{number}@carrier", Asterisk(aor))) == ["127.0.0.1", "203.0.113.9"]


def test_a_proxy_is_where_the_packets_go() -> None:
    endpoint = events.EndpointDetail(object_name="carrier", outbound_proxy="sip:203.0.113.9\\;lr")

    assert "203.0.113.9" in run(addresses("PJSIP/{number}@carrier", Asterisk(endpoint, HERE)))[-1]


@pytest.mark.parametrize(
    "dial",
    [
        "SIP/{number}@carrier",
        "SIP/carrier/{number}",
        "Local/{number}@out",
        "Local/{number}@from-internal/n",
        "DAHDI/g0/{number}",
        "PJSIP/{number}",
        "PJSIP/carrier{number}",
        "PJSIP/9@carrier{number}",
        "PJSIP/carrier/sip:{number}@203.0.113.9",
    ],
)
def test_what_asterisk_cannot_tell_is_not_known(dial: str) -> None:
    assert run(addresses(dial, Asterisk(HERE))) == []


def test_an_endpoint_that_is_not_there_has_no_address() -> None:
    assert run(addresses("PJSIP/{number}@carrier", Asterisk())) == []


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:127.0.0.1:5060", "127.0.0.1"),
        ("sips:user:pw@carrier.example.com;lr", "carrier.example.com"),
        ("sip:[::1]:5060", "::1"),
        ("<sip:10.1.2.3>", "10.1.2.3"),
        ("tel:+52", "tel:+52"),
    ],
)
def test_the_host_of_a_uri(uri: str, host: str) -> None:
    assert host_of(uri) == host


def test_a_host_inside_a_users_name_is_not_where_the_call_goes() -> None:
    assert host_of("sip:127.0.0.1;x=1@203.0.113.9") == "sip:127.0.0.1;x=1@203.0.113.9"


def test_a_list_broken_off_leaves_it_unknown_where_the_trunk_leads() -> None:
    async def ask(action: Action) -> Answered:
        end = events.EndpointDetailComplete(event_list="Cancelled")
        return Answered(
            action_id="1", action=action, response=Response(response="Success"), events=(HERE,), end=end
        )

    assert run(addresses("PJSIP/{number}@carrier", ask)) == []


@pytest.mark.parametrize(
    "uri",
    [
        "sip:127.0.0.1:5999;maddr=203.0.113.5",
        "sip:127.0.0.1;MADDR=203.0.113.5",
        "sip:127.0.0.1?Route=%3Csip:203.0.113.5;lr%3E",
        "sip:127.0.0.1,sip:203.0.113.5",
        "sip:[::1]:5060;maddr=203.0.113.5",
    ],
)
def test_an_address_that_may_lead_elsewhere_is_no_host(uri: str) -> None:
    assert not stays_here([host_of(uri)])
