"""Calls over trunks as data: what the far end saw of each, and what Asterisk wrote down."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from fastagi_server.config import countries
from fastagi_server.config.pjsip import Pjsip, Place, Transport
from fastagi_server.config.trunk import NumberFormat, Presentation, Trunk
from fastagi_server.dialplan import pjsip
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from tests.calls.ringing import Caller, Story, standing, wait_until
from tests.calls.trunks import OWN, SECRET, USER, Far, Seen, free_port
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]
BUSY, ANSWERS = "+525550001040", "+525550001003"
# ending of the number (docs/lab.md says who that is): disposition
THROUGH_THEIRS = {"03": "connected", "09": "opted_out", "40": "busy", "45": "invalid_number"}


@pytest.fixture(scope="module")
def far(release: Release) -> Iterator[Far]:
    name = f"trunks-{release}-{os.getpid()}"
    far = Far(lab.up(name, release=release, countries=countries.load()))
    yield far
    far.witness.close()
    lab.down(name)


@pytest.fixture(scope="module")
def trunks(far: Far) -> dict[str, Trunk]:
    """Three carriers' trunks, each from an address of its own, in force in the dialer's Asterisk."""
    known = Pjsip(
        host="127.0.0.1",
        port=far.ports["udp"],
        bind=f"127.0.0.2:{free_port(socket.SOCK_DGRAM)}",
        username=USER,
        callerid_in=(Place.PAI,),
        codecs=("ulaw",),
        qualify_seconds=0,
    )
    plain = dataclasses.replace(known, username="", callerid_in=(Place.FROM,))
    tcp = dataclasses.replace(
        plain, port=far.ports["tcp"], bind=f"127.0.0.3:{free_port()}", transport=Transport.TCP
    )
    tls = dataclasses.replace(
        plain,
        port=far.ports["tls"],
        bind=f"127.0.0.4:{free_port()}",
        transport=Transport.TLS,
        srtp=True,
        ca_file=far.certificate,
    )
    made = {
        "known": Trunk(dial="PJSIP/{number}@known", pjsip=known),
        "wholesale": Trunk(
            dial="PJSIP/{number}@wholesale",
            pjsip=tcp,
            prefix="1234#",
            number_format=NumberFormat.NATIONAL,
            callerid_format=NumberFormat.DIGITS,
            calling_code="52",
            national_prefix="0",
            international_prefix="011",
            presentation=Presentation.PROHIBITED,
        ),
        "safe": Trunk(dial="PJSIP/{number}@safe", pjsip=tls, number_format=NumberFormat.E164),
    }
    far.take("\n".join(fragment(name, trunk.pjsip) for name, trunk in made.items() if trunk.pjsip))
    return made


def fragment(name: str, endpoint: Pjsip) -> str:
    values = {each.name: getattr(endpoint, each.name) for each in dataclasses.fields(endpoint)}
    return pjsip.render(name, values, user_in_from=endpoint.user_in_from, secret=SECRET)


def rung(far: Far, trunk: Trunk, number: str) -> Seen:
    order = far.order(trunk, number)
    far.ring(order)
    wait_until(lambda: far.seen(order.call) is not None, 5, "seen by the far end")
    found = far.seen(order.call)
    assert found is not None
    return found


def test_a_carrier_that_wants_a_secret_gets_it_and_reads_our_number_in_pai(
    far: Far, trunks: dict[str, Trunk]
) -> None:
    seen = rung(far, trunks["known"], BUSY)

    assert (seen.endpoint, seen.number, seen.tls) == (USER, BUSY[1:], "0")
    assert f"sip:{OWN}@" in seen.headers["P-Asserted-Identity"]
    assert f"sip:{USER}@" in seen.headers["From"]
    assert OWN not in seen.headers["From"]
    assert seen.headers["Remote-Party-ID"] == ""


def test_a_wrong_secret_is_refused_by_the_carrier(far: Far, trunks: dict[str, Trunk]) -> None:
    endpoint = trunks["known"].pjsip
    assert endpoint is not None
    whole = (far.lab.paths.dialplan / "pjsip.conf").read_text()
    far.take(whole.replace(f"password = {SECRET}", "password = wrong"))
    order = far.order(trunks["known"], BUSY)
    far.ring(order)
    far.take(whole)

    assert far.seen(order.call) is None


@pytest.mark.parametrize(
    ("number", "dialed"), [(BUSY, "1234#05550001040"), ("+12125550140", "1234#01112125550140")]
)
def test_numbers_and_the_callers_privacy_over_tcp(
    far: Far, trunks: dict[str, Trunk], number: str, dialed: str
) -> None:
    seen = rung(far, trunks["wholesale"], number)

    assert (seen.endpoint, seen.number, seen.tls) == ("open", dialed, "0")
    assert "/TCP" in seen.headers["Via"].upper()
    assert f"sip:{OWN[1:]}@" in seen.headers["From"]
    assert seen.headers["Privacy"] == "id"


@ON_22  # the rendered endpoint is one text for both, and half a minute of certificates a second time
def test_tls_and_srtp_with_a_certificate_that_is_looked_at(far: Far, trunks: dict[str, Trunk]) -> None:
    seen = rung(far, trunks["safe"], ANSWERS)

    assert (seen.endpoint, seen.number, seen.tls, seen.srtp) == ("safe", ANSWERS, "1", "1")


def cdrs(far: Far, call: str) -> list[list[str]]:
    if not far.lab.paths.cdr.exists():
        return []
    with far.lab.paths.cdr.open(newline="") as file:
        return [row for row in csv.reader(file) if call in row]


@ON_22  # the account is ours, the CDR the same on both
def test_a_cdr_has_the_campaign_for_its_account_unless_the_trunk_writes_none(far: Far) -> None:
    carrier = Trunk(dial="PJSIP/{number}@carrier")
    orders = [
        far.order(dataclasses.replace(carrier, cdr=cdr), f"+5255500020{ending}")
        for cdr, ending in ((False, "03"), (True, "03"))
    ]
    for order in orders:
        far.ring(order)

    wait_until(lambda: bool(cdrs(far, orders[1].call)), 10, "a CDR")
    (row,) = cdrs(far, orders[1].call)
    assert row[0] == "spring"
    # Its call ended before the other began.
    assert cdrs(far, orders[0].call) == []


@pytest.fixture(scope="module")
def through_theirs(far: Far, command: Path) -> Iterator[tuple[dict[str, Story], Service]]:
    """Give calls by somebody else's context, with Discador serving."""
    service = Service(lab=far.lab, command=command)
    told = yaml.safe_load(service.config.read_text())
    told["trunks"]["carrier"]["dial"] = "Local/{number}@from-internal"
    # Where a Local channel leads Asterisk does not tell.
    told["gate"] = "partial"
    service.config.write_text(yaml.safe_dump(told))
    service.once("db", "upgrade")
    service.once("apply")
    service.start()
    caller = Caller(far.lab)
    wait_until(lambda: standing(caller).ready, 20, "linked to Asterisk")
    numbers = {ending: f"+52555700{ending:0>4}" for ending in THROUGH_THEIRS}
    # Theirs is the INVITE, so our call id is not in it: there is no matching with the carrier's file.
    with ThreadPoolExecutor(max_workers=len(numbers)) as pool:
        stories = list(pool.map(caller.ring, numbers.values()))
    yield dict(zip(numbers, stories, strict=True)), service
    service.stop()


@pytest.mark.parametrize("ending", THROUGH_THEIRS)
def test_a_call_by_somebody_elses_routes_ends_as_it_should(
    through_theirs: tuple[dict[str, Story], Service], ending: str
) -> None:
    record = through_theirs[0][ending].record

    assert record["disposition"] == THROUGH_THEIRS[ending], record["why"]


def test_two_halves_are_one_call_and_a_key_is_heard_once(
    through_theirs: tuple[dict[str, Story], Service],
) -> None:
    stories, service = through_theirs
    kept = json.loads(service.once("calls", "--json"))

    assert sorted(each["number"] for each in kept) == sorted(story.number for story in stories.values())
    assert [digit["digit"] for digit in stories["03"].record["digits"]] == ["3"]
    assert [digit["digit"] for digit in stories["09"].record["digits"]] == ["9"]
