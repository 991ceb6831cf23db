"""Each broken thing that check names, broken on purpose: found by its key, mended by the remedy it names."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fastagi_server.app.checks import audio
from fastagi_server.app.checks.reader import asterisk_user
from fastagi_server.config.settings import Language
from fastagi_server.console.actions import Finding
from fastagi_server.console.findings import remedy as remedy_of
from fastagi_server.console.tongue import Tongue
from fastagi_server.loadtest import lab as labs
from tests.calls.site import Site, make

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

WRITE = ("originate", "call", "reporting", "system")
READ = ("call", "dtmf", "user")
Break = Callable[[Site], object]
Mend = Callable[[Site, str], object]


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


def quoted(what: str) -> Mend:
    """The remedy says it all: its commands are run as they are written."""
    return lambda site, remedy: site.run_quoted(remedy)


def literal(site: Site, remedy: str) -> None:
    """The remedy is one command."""
    site.shell(remedy)


def of_user(name: str, kept: tuple[str, ...], without: str) -> Break:
    def broken(site: Site) -> None:
        left = ",".join(each for each in kept if each != without)
        site.edit("manager.conf", rf"^{name} = {','.join(kept)}$", f"{name} = {left}")
        site.asterisk("manager reload")

    return broken


def line_in_manager(site: Site, remedy: str) -> None:
    """Write the line that the remedy quotes into our user's section, and run what it names."""
    line = re.search(r"(?:read|write) = [a-z,]+", remedy)
    assert line is not None
    site.edit("manager.conf", rf"^{line[0].split()[0]} = [a-z,]*$", line[0])
    site.run_quoted(remedy)


def module(name: str) -> Break:
    return lambda site: site.asterisk(f"module unload {name}.so")


def no_amd_conf(site: Site) -> None:
    (site.etc / "amd.conf").unlink()
    site.asterisk("module unload app_amd.so")


def touch_amd_conf(site: Site, remedy: str) -> None:
    assert "touch amd.conf" in remedy
    (site.etc / "amd.conf").touch(0o644)
    site.run_quoted(remedy)


def no_include(site: Site) -> None:
    site.edit("extensions.conf", r"^#tryinclude.*$", "")
    site.asterisk("dialplan reload")


def put_include(site: Site, remedy: str) -> None:
    line = re.search(r"#tryinclude \S+", remedy)
    assert line is not None
    site.edit("extensions.conf", r"\A", f"{line[0]}\n")
    site.run_quoted(remedy)


def never_applied(site: Site) -> None:
    (site.lab.paths.dialplan / "discador.conf").unlink()
    site.asterisk("dialplan reload")


def anothers_hand(site: Site) -> None:
    file = site.lab.paths.dialplan / "discador.conf"
    file.write_text(file.read_text().replace("WaitExten(5)", "WaitExten(6)"))
    site.asterisk("dialplan reload")


def no_destination(site: Site) -> None:
    site.edit("extensions.conf", r"^\[lab_agents\]$", "[somebody_else]")
    site.asterisk("dialplan reload")


def write_destination(site: Site, remedy: str) -> None:
    context, exten = re.search(r"\[(\S+)\] and exten => (\S+),1", remedy).groups()  # type: ignore[union-attr]
    site.edit("extensions.conf", r"\Z", f"[{context}]\nexten => {exten},1,Hangup()\n")
    site.run_quoted(remedy)


def dial(text: str) -> Break:
    return lambda site: site.configure(lambda settings: settings["trunks"]["carrier"].update(dial=text))


def dial_what_is_listed(site: Site, remedy: str) -> None:
    listing = re.search(r"asterisk -rx 'pjsip show endpoints'", remedy)
    assert listing is not None
    endpoint = re.search(r"Endpoint:\s+([a-z]+)", site.shell(listing[0]))
    assert endpoint is not None
    dial(f"PJSIP/{{number}}@{endpoint[1]}")(site)


def dial_a_context_that_is_listed(site: Site, remedy: str) -> None:
    assert "Context 'lab_inbound'" in site.shell("asterisk -rx 'dialplan show'")
    dial("Local/{number}@lab_inbound")(site)


def no_contact(site: Site) -> None:
    site.edit("pjsip.conf", r"^contact = .*$", "")
    site.asterisk("pjsip reload")


def put_contact(site: Site, remedy: str) -> None:
    assert "contact = sip:" in remedy
    carrier = f"contact = sip:127.0.0.1:{site.lab.ports.carrier_sip}"
    site.edit("pjsip.conf", r"^type = aor$", f"type = aor\n{carrier}")
    site.run_quoted(remedy)


def few_rtp_ports(site: Site) -> None:
    site.edit("rtp.conf", r"^rtpend = .*$", f"rtpend = {site.lab.ports.dialer_rtp[0] + 99}")
    site.asterisk("module reload res_rtp_asterisk.so")


def more_rtp_ports(site: Site, remedy: str) -> None:
    wanted = re.search(r"rtpend=\d+", remedy)
    assert wanted is not None
    site.edit("rtp.conf", r"^rtpend = .*$", wanted[0])
    site.run_quoted(remedy)


def old_store(site: Site) -> None:
    (site.lab.paths.data / "discador.db").rename(site.lab.paths.data / "kept.db")
    script = (
        "import sys\nfrom alembic import command\nfrom fastagi_server.store import address, migrate\n"
        "from fastagi_server.store.engine import make_engine\n"
        "url = sys.argv[1]\nconfig = migrate._config()\n"
        "with make_engine(address.parse(url), enforce_references=False).begin() as conn:\n"
        "    config.attributes['connection'] = conn\n    command.upgrade(config, '0001')\n"
    )
    url = f"sqlite:///{site.lab.paths.data}/discador.db"
    python = site.command.with_name("python")
    argv = ["runuser", "-u", "discador", "--", python, "-c", f"import os; os.umask(0o027)\n{script}", url]
    subprocess.run(argv, check=True, cwd="/", capture_output=True)


def at(path: str, mode: int, owner: str | None = None) -> Break:
    def broken(site: Site) -> None:
        place = site.lab.paths.folder / path
        if owner:
            shutil.chown(place, owner)
        place.chmod(mode)

    return broken


def no_caller_ids(site: Site) -> None:
    site.configure(lambda settings: settings.update(callerids={}))


def import_caller_ids(site: Site, remedy: str) -> None:
    assert "discador did import FILE" in remedy
    file = site.lab.paths.data / "dids.csv"
    file.write_text("number\n+525550009000\n+12125559000\n+551150009000\n")
    site.shell(f"discador did import {file} --lab")


def permit(address: str) -> Break:
    return lambda site: site.configure(lambda settings: settings["fastagi"].update(permit=[address]))


def fewer_calls(site: Site, remedy: str) -> None:
    most = re.search(r"max_concurrent_calls: (\d+)", remedy)
    assert most is not None
    site.configure(lambda settings: settings.update(max_concurrent_calls=int(most[1])))


BROKEN: dict[str, tuple[str, Break, Mend]] = {
    **{f"write-{each}": ("rights", of_user("write", WRITE, each), line_in_manager) for each in WRITE},
    **{f"read-{each}": ("rights_read", of_user("read", READ, each), line_in_manager) for each in READ},
    **{
        name: ("modules", module(name), quoted("module load"))
        for name in ("app_amd", "func_hangupcause", "func_db", "app_userevent", "format_wav")
    },
    "amd.conf away": ("amd_conf", no_amd_conf, touch_amd_conf),
    "not included": ("include", no_include, put_include),
    "never applied": ("applied", never_applied, quoted("apply")),
    "changed by hand": ("dialplan", anothers_hand, quoted("apply")),
    "no destination": ("destination", no_destination, write_destination),
    "unknown endpoint": ("trunk_endpoint", dial("PJSIP/{number}@nobody"), dial_what_is_listed),
    "unknown context": (
        "trunk_context",
        dial("Local/{number}@nowhere"),
        dial_a_context_that_is_listed,
    ),
    "no contact": ("trunk_contact", no_contact, put_contact),
    "few RTP ports": ("rtp", few_rtp_ports, more_rtp_ports),
    "old schema": ("store", old_store, quoted("db upgrade")),
    "store for everybody": ("store_private", at("data/discador.db", 0o644), literal),
    "store of another": ("store_write", at("data/discador.db", 0o640, "root"), literal),
    "desk's folder of another": ("desk", at("run", 0o755, "root"), literal),
    "our folder of another": ("folder", at("dialer/etc/discador", 0o755, "root"), literal),
    "our folder shut": ("folder_read", at("dialer/etc/discador", 0o2700), literal),
    "our file shut": ("folder_read", at("dialer/etc/discador/discador.conf", 0o600), literal),
    "no caller IDs": ("callerid", no_caller_ids, import_caller_ids),
    "not permitted": ("permit", permit("10.9.9.9"), lambda site, _: permit("127.0.0.1")(site)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_and_its_remedy_mends_it(name: str, site: Site) -> None:
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
