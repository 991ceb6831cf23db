from __future__ import annotations

import os
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fastagi_server.loadtest import carrier_folder
from fastagi_server.loadtest.callees import CALLEES, REJECTS
from fastagi_server.loadtest.carrier_folder import Place
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.owned import Owner, Owners
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import of_block
from fastagi_server.loadtest.speech import Prompts

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("espeak-ng"), reason="gives files away, which is root's, and speaks"
)
PROMPTS = {country.slug: Prompts(identification=3.0, optout=2.0, offer=5.0) for country in LAB_COUNTRIES}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    paths = Paths(name="a", root=tmp_path)
    (paths.side(Side.CARRIER) / "etc").mkdir(parents=True)
    owners = Owners(asterisk=Owner(uid=101, gid=102), discador=Owner(uid=201, gid=202))
    return Place(paths=paths, ports=of_block(12_000), owners=owners, cache=tmp_path / "cache")


def test_the_carrier_gets_its_callees_its_voices_and_an_empty_list_of_calls(place: Place) -> None:
    carrier_folder.make(place, countries=LAB_COUNTRIES, prompts=PROMPTS, witness="w17ness")

    folder = place.paths.side(Side.CARRIER)
    dialplan = (folder / "etc/extensions.conf").read_text()
    assert "<<" not in dialplan
    assert "CALLS=/lab/a/carrier/calls.jsonl\n" in dialplan
    assert all(f"exten => {callee.ending},1," in dialplan for callee in CALLEES)
    played = set(re.findall(r"(/lab/a/carrier/voices/\S+?)[)\n]", dialplan))
    assert len(played) == 7
    assert all((place.paths.root / f"{sound[1:]}.wav").exists() for sound in played)
    assert place.paths.calls.read_text() == ""
    assert place.paths.calls.stat().st_uid == 101
    assert "secret = w17ness" in (folder / "etc/manager.conf").read_text()
    assert (folder / "etc/manager.conf").stat().st_mode & 0o007 == 0


def test_sipps_scenario_is_well_formed_and_every_jump_has_its_label(place: Place) -> None:
    carrier_folder.make_sipp(place)

    scenario = ET.fromstring((place.paths.folder / "sipp/rejects.xml").read_text())
    labels = {label.get("id") for label in scenario.iter("label")}
    jumps = {jump.get("next") for jump in scenario.iter() if jump.get("next")}
    assert len(labels) == len(REJECTS) + 2
    assert jumps | {"91"} == labels
