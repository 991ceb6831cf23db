"""What the commands about trunks print; a secret is printed only when it is asked for."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.config.pjsip import Pjsip
from fastagi_server.console.trunks import secret_place

TRUNKS = """
default_trunk: acme-1
trunks:
  acme-1:
    dial: PJSIP/{number}@acme-1
    number_format: national
    calling_code: "52"
    prefix: 9#
    callerid_format: digits
    cps: 12.5
    channels: 30
    pjsip: {host: 192.0.2.10, username: acme, callerid_in: [pai]}
  theirs: {dial: "Local/{number}@from-internal"}
  open:
    dial: PJSIP/{number}@open
    pjsip: {host: 192.0.2.11}
"""
SECRET = {"DISCADOR_TRUNK_ACME_1_SECRET": "hunter2"}


@pytest.fixture
def trunks(discador: Any) -> Any:
    discador.write(TRUNKS)
    return discador


def test_each_trunk_is_a_line(trunks: Any) -> None:
    lines = [line.split() for line in trunks("trunk", "list").out.splitlines()]

    assert lines[0] == ["trunk", "dial", "CPS", "channels", "rings", "endpoint"]
    assert " ".join(lines[1]) == "acme-1 (default) PJSIP/{number}@acme-1 12.5 30 25 s rendered by us"
    assert " ".join(lines[2]) == "theirs Local/{number}@from-internal - - 25 s somebody else's"


def test_trunks_are_listed_for_programs(trunks: Any) -> None:
    told = json.loads(trunks("trunk", "list", "--json").out)

    assert [(each["name"], each["usual"], each["channels"], each["endpoint"]) for each in told] == [
        ("acme-1", True, 30, True),
        ("theirs", False, 0, False),
        ("open", False, 0, True),
    ]


def test_routes_are_told_with_weights_and_spares(discador: Any) -> None:
    routes = "routes: {wholesale: {acme-1: 2, theirs: 0.5, open: 0}}\n"
    discador.write(TRUNKS.replace("default_trunk: acme-1", "default_trunk: wholesale") + routes)

    told = discador("trunk", "list")
    assert told.out.splitlines()[-1] == "route wholesale (default): acme-1 2, theirs 0.5, open as a spare"
    rows = json.loads(discador("trunk", "list", "--json").out)
    assert [each["routes"] for each in rows] == [{"wholesale": 2}, {"wholesale": 0.5}, {"wholesale": 0}]


def test_no_trunk_is_said(discador: Any) -> None:
    discador.write("max_cps: 5\n")

    assert "No trunk yet" in discador("trunk", "list").out
    assert discador("trunk", "list", "--json").out == "[]\n"


def test_a_trunk_is_shown_with_where_its_secret_is_and_how_a_number_is_dialed(trunks: Any) -> None:
    told = trunks("trunk", "show", "acme-1", "--number", "+525512345678", **SECRET)

    rows = dict(line.split(None, 1) for line in told.out.splitlines())
    assert told.code == 0
    assert rows["pjsip.host"].strip() == "192.0.2.10"
    assert rows["pjsip.secret"].strip() == "$DISCADOR_TRUNK_ACME_1_SECRET"
    assert rows["dials"].strip() == "PJSIP/9#5512345678@acme-1"
    assert rows["shows"].strip() == "525512345678"
    assert "hunter2" not in told.out


def test_a_trunk_is_shown_to_programs(trunks: Any) -> None:
    told = json.loads(trunks("trunk", "show", "theirs", "--json").out)

    assert (told["name"], told["dial"], told["cdr"]) == ("theirs", "Local/{number}@from-internal", True)


def test_a_secret_has_two_places_or_none() -> None:
    endpoint = Pjsip(host="192.0.2.1", username="acme", secret_file=Path("/etc/s"))
    assert secret_place("a", endpoint) == "$DISCADOR_TRUNK_A_SECRET, /etc/s"
    assert secret_place("a", Pjsip(host="192.0.2.1")) == ""


@pytest.mark.parametrize("argv", [("show", "nobody"), ("render", "nobody")])
def test_an_unknown_trunk_is_told_with_those_that_there_are(trunks: Any, argv: tuple[str, ...]) -> None:
    told = trunks("trunk", *argv)

    assert told.code == 2
    assert "acme-1, theirs, open" in told.err


def test_a_number_that_is_none_is_refused(trunks: Any) -> None:
    assert trunks("trunk", "show", "theirs", "--number", "abc").code == 2


def test_endpoints_are_printed_without_their_secrets(trunks: Any) -> None:
    told = trunks("trunk", "render", **SECRET)

    assert told.code == 0
    assert "[acme-1]" in told.out
    assert "[open]" in told.out
    assert "[theirs]" not in told.out
    assert "hunter2" not in told.out
    assert "password = hunter2\n" in trunks("trunk", "render", "acme-1", "--secrets", **SECRET).out


def test_a_file_holds_the_secrets_and_is_not_open_to_others(trunks: Any, tmp_path: Path) -> None:
    file = tmp_path / "pjsip.conf"

    told = trunks("trunk", "render", "--output", str(file), **SECRET)

    assert told.out.startswith(f"{file}: acme-1, open, with its secrets.")
    assert "hunter2" not in told.out
    assert "password = hunter2\n" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_without_its_secret_nothing_is_written(trunks: Any, tmp_path: Path) -> None:
    told = trunks("trunk", "render", "--output", str(tmp_path / "pjsip.conf"))

    assert told.code == 2
    assert "DISCADOR_TRUNK_ACME_1_SECRET" in told.err
    assert not (tmp_path / "pjsip.conf").exists()


def test_somebody_elses_endpoint_is_not_rendered(trunks: Any) -> None:
    told = trunks("trunk", "render", "theirs")

    assert told.code == 2
    assert "no pjsip: in the configuration" in told.err
