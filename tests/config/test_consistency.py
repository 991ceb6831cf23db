"""What is right alone and wrong together is found."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from fastagi_server.config.asterisk import Asterisk
from fastagi_server.config.consistency import clashes, named_countries
from fastagi_server.config.dialplan import DESTINATION, Dialplan
from fastagi_server.config.fastagi import FastAgi
from fastagi_server.config.pacing import Pacing
from fastagi_server.config.pjsip import Pjsip
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.telephony.country import Destination

VENTAS = Destination(context="c", queue="ventas")
CARRIER = Trunk(dial="PJSIP/{number}@c")
ONE, TWO = "+525512345678", "+525587654321"


def ours(name: str, bind: str = "") -> Trunk:
    return Trunk(dial=f"PJSIP/{{number}}@{name}", pjsip=Pjsip(host="192.0.2.1", bind=bind))


def test_the_defaults_go_together() -> None:
    assert list(clashes(Settings())) == []


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (Settings(asterisk=Asterisk(ca_file=Path("/ca.pem"))), ("asterisk", "ca_file")),
        (Settings(asterisk=Asterisk(host="pbx.example.org")), ("fastagi", "permit")),
        (Settings(fleet={"b": Asterisk(port=5039, ca_file=Path("/ca.pem"))}), ("fleet", "b", "ca_file")),
        (Settings(fleet={"b": Asterisk(host="pbx.example.org")}), ("fastagi", "permit")),
        (Settings(fleet={"b": Asterisk()}), ("fleet", "b", "port")),
        (Settings(fleet={"b-1": Asterisk(port=1), "b_1": Asterisk(port=2)}), ("fleet", "b_1")),
        (Settings(fastagi=FastAgi(host="0.0.0.0")), ("fastagi", "advertise")),
        (Settings(fastagi=FastAgi(host="::")), ("fastagi", "advertise")),
        (Settings(default_trunk="carrier"), ("default_trunk",)),
        (Settings(trunks={"a": CARRIER}, default_trunk="b"), ("default_trunk",)),
        (Settings(trunks={"a": CARRIER}, routes={"r": {"b": 1, "a": 1}}), ("routes", "r", "b")),
        (Settings(trunks={"a": CARRIER}, routes={"a": {"a": 1}}), ("routes", "a")),
        (Settings(trunks={"a": CARRIER}, routes={"r": {"a": 0}}), ("routes", "r")),
        (Settings(trunks={"a": CARRIER}, routes={"r": {}}), ("routes", "r")),
        *(
            (Settings(trunks={"a": CARRIER}, routes={"r": {"a": weight}}), ("routes", "r", "a"))
            for weight in (-1, 1001, math.nan, math.inf)
        ),
        (Settings(trunks={"a": CARRIER, "b": CARRIER}), ("default_trunk",)),
        (Settings(callerids={"mexico": (ONE, TWO), "usa": (ONE,)}), ("callerids", "usa")),
        (Settings(callerids={"mexico": (ONE, ONE)}), ("callerids", "mexico")),
        (Settings(trunks={"a": ours("b")}), ("trunks", "a", "dial")),
        (Settings(pacing=Pacing(abandon_soft=0.05)), ("pacing", "abandon_soft")),
        (
            Settings(fleet={"b": Asterisk(host="127.0.0.2")}, dialplan=Dialplan(destination=VENTAS)),
            ("dialplan", "destination", "queue"),
        ),
        (
            Settings(
                fleet={"b": Asterisk(host="127.0.0.2")}, dialplan=Dialplan(destinations={"mexico": VENTAS})
            ),
            ("dialplan", "destinations", "mexico", "queue"),
        ),
        (Settings(trunks={"a-b": ours("a-b"), "a_b": ours("a_b")}, default_trunk="a_b"), ("trunks", "a_b")),
        (
            Settings(
                trunks={"a": ours("a", "0.0.0.0:5070"), "b": ours("b", "0.0.0.0:5070")}, default_trunk="a"
            ),
            ("trunks", "b", "pjsip", "bind"),
        ),
    ],
)
def test_what_does_not_go_together_is_named(settings: Settings, keys: tuple[str, ...]) -> None:
    assert [each.keys for each in clashes(settings)] == [keys]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(asterisk=Asterisk(ca_file=Path("/ca.pem"), tls=True)),
        Settings(asterisk=Asterisk(host="pbx.example.org"), fastagi=FastAgi(permit=("10.1.2.3",))),
        Settings(asterisk=Asterisk(host="localhost")),
        Settings(fastagi=FastAgi(host="0.0.0.0", advertise="agi://10.1.2.3")),
        Settings(trunks={"a": CARRIER, "b": CARRIER}, default_trunk="a"),
        Settings(trunks={"a": CARRIER, "b": CARRIER}, routes={"r": {"a": 0.5, "b": 0}}, default_trunk="r"),
        Settings(callerids={"mexico": (ONE,), "usa": (TWO,)}),
        Settings(trunks={"a": ours("a", "0.0.0.0:5070"), "b": ours("b")}, default_trunk="a"),
    ],
)
def test_what_goes_together_is_left_alone(settings: Settings) -> None:
    assert list(clashes(settings)) == []


def test_every_place_that_names_a_country_is_known() -> None:
    settings = Settings(
        callerids={"mexico": ()},
        dialplan=Dialplan(destinations={"usa": DESTINATION}),
        pacing=Pacing(country_cps={"brazil": 1.0}),
    )
    assert named_countries(settings) == (
        ("callerids", "mexico"),
        ("dialplan", "destinations", "usa"),
        ("pacing", "country_cps", "brazil"),
    )
