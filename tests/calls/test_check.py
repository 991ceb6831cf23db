"""Each broken thing that check names, broken on purpose: found by its key, mended by the remedy it names."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.checks import audio
from fastagi_server.app.checks.reader import asterisk_user
from fastagi_server.config.settings import Language
from fastagi_server.console.actions import Finding
from fastagi_server.console.findings import remedy as remedy_of
from fastagi_server.console.tongue import Tongue
from fastagi_server.loadtest import lab as labs
from tests.calls.breakages import BROKEN, OURS, fewer_calls
from tests.calls.site import Site, make
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def whole(the_lab: labs.Lab, tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = make(the_lab, tmp_path_factory.mktemp("tools"))
    made.shell("discador db upgrade")
    made.shell("discador apply")
    return made


@pytest.fixture
def site(whole: Site) -> Iterator[Site]:
    back = whole.keep()
    yield whole
    back()


def test_a_lab_is_all_good(site: Site) -> None:
    found = site.check()

    assert {key for key, each in found.items() if each["level"] == "bad"} == set()
    assert {"rights", "rights_read", "modules", "dialplan", "trunk_endpoint", "version"} <= set(found)
    assert "unseen" not in found


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in OURS])
def test_what_is_broken_is_found_and_its_remedy_mends_it(name: str, site: Site) -> None:
    mended(name, site)


@ON_22
@pytest.mark.parametrize("name", OURS)
def test_what_is_broken_of_ours_is_found_and_its_remedy_mends_it(name: str, site: Site) -> None:
    mended(name, site)


def mended(name: str, site: Site) -> None:
    key, broken, mend = BROKEN[name]
    broken(site)

    found = site.bad()
    assert key in found, found
    mend(site, found[key])

    assert site.bad() == {}


def test_a_wrong_secret(site: Site) -> None:
    site.edit("manager.conf", r"^secret = .*$", "secret = quite-another")
    site.asterisk("manager reload")
    remedy = site.bad()["login"]

    site.edit("manager.conf", r"^secret = .*$", f"secret = {site.lab.paths.secret.read_text().strip()}")
    site.run_quoted(remedy)

    assert site.bad() == {}


def test_a_wrong_port_and_a_taken_one(site: Site) -> None:
    site.configure(lambda settings: settings["asterisk"].update(port=1))
    with socket.create_server(("127.0.0.1", site.lab.ports.fastagi)):
        found = site.bad()
        who = re.search(r"ss -ltnp 'sport = :\d+'", found["fastagi"])
        assert who is not None
        assert "pytest" in site.shell(who[0]) or "python" in site.shell(who[0])
    assert "port: in the configuration" in found["asterisk"]

    site.configure(lambda settings: settings["asterisk"].update(port=site.lab.ports.dialer_ami))

    assert site.bad() == {}


def test_a_carrier_that_does_not_answer(site: Site) -> None:
    alive, dead = f"sip:127.0.0.1:{site.lab.ports.carrier_sip}", "sip:127.0.0.1:9"
    asked = site.check()["trunk_unasked"]["remedy"]
    line = re.search(r"qualify_frequency = \d+", asked)
    assert line is not None
    site.edit("pjsip.conf", r"^contact = .*$", f"contact = {dead}\n{line[0]}")
    site.asterisk("pjsip reload")
    # Asterisk begins to ask at some instant of the minute; nobody waits for it.
    site.asterisk("pjsip qualify carrier")
    remedy = site.wait_bad("trunk_reach")["trunk_reach"]

    site.edit("pjsip.conf", r"^contact = .*$", f"contact = {alive}")
    site.asterisk("pjsip reload")
    site.run_quoted(remedy)

    site.wait_good("trunk_contact")


@ON_22
def test_a_full_disk(site: Site) -> None:
    small = site.lab.paths.data / "small"
    small.mkdir()
    site.shell(f"mount -t tmpfs -o size=4m,mode=0755,uid=discador tmpfs {small}")
    try:
        site.configure(lambda settings: settings.update(database_url=f"sqlite:///{small}/discador.db"))
        site.shell("discador db upgrade")
        found = site.bad()
        assert f"du -xh {small}" in found["disk"]
        site.shell(f"mount -o remount,size=300m {small}")  # "free or add space"
        assert site.bad() == {}
    finally:
        site.shell(f"umount {small}")


@ON_22
def test_few_open_files_of_our_own(site: Site) -> None:
    low = site.check("ulimit -n 500; ")["open_files"]
    raised = re.search(r"ulimit -n \d+", low["remedy"])
    assert low["level"] == "bad"
    assert raised is not None

    assert site.check(f"{raised[0]}; ")["open_files"]["level"] == "good"


def test_few_open_files_of_asterisk(site: Site) -> None:
    limits = Path(f"/proc/{site.pid()}/limits").read_text()
    soft = re.search(r"^Max open files +([0-9]+)", limits, re.MULTILINE)
    assert soft is not None
    site.limit_files("1000")
    try:
        fewer_calls(site, site.bad()["asterisk_files"])
        assert site.bad() == {}
    finally:
        site.limit_files(soft[1])


def test_asterisks_own_limit_of_calls(site: Site) -> None:
    """It is read when Asterisk starts, so this one starts it anew, twice."""
    site.edit("asterisk.conf", r"^\[options\]$", "[options]\nmaxcalls = 10")
    site.restart()
    try:
        fewer_calls(site, site.bad()["max_calls"])
        assert site.bad() == {}
    finally:
        site.edit("asterisk.conf", r"^maxcalls = 10\n", "")
        site.restart()


def prompts(site: Site) -> dict[str, Finding]:
    folder = site.lab.paths.sounds
    names = [f"discador/mexico/{name}" for name in ("identification", "optout", "offer")]
    return {each.key: each for each in audio.sounds(names, [folder.parent], asterisk_user(""))}


def remedy_for(site: Site, key: str) -> str:
    found = prompts(site)[key]
    told = remedy_of(found, Tongue(Language.ENGLISH))
    assert told is not None, found
    return told


@ON_22
def test_prompts_that_are_missing_wrong_or_shut(site: Site, tmp_path: Path) -> None:
    offer = site.lab.paths.sounds / "mexico/offer.wav"
    recording = shutil.copy(offer, tmp_path / "RECORDING.wav")

    offer.unlink()
    site.shell(remedy_for(site, "sounds").replace("RECORDING.wav", str(recording)))
    assert all(each.good for each in prompts(site).values())

    site.shell(f"sox {recording} -r 16000 -c 2 {offer}")
    site.shell(remedy_for(site, "sounds_format").partition(" (an empty one")[0])
    assert all(each.good for each in prompts(site).values())

    offer.chmod(0o600)
    site.shell(remedy_for(site, "sounds_read"))
    assert all(each.good for each in prompts(site).values())
