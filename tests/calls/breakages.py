"""How a site is broken, by name: the key that check finds, the breaking, the mending by its remedy."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

from tests.calls.site import Site

WRITE = ("originate", "call", "reporting", "system")
READ = ("call", "dtmf", "user")
Break = Callable[[Site], object]
Mend = Callable[[Site, str], object]


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


def logs_of_another(site: Site) -> None:
    logs = site.lab.paths.data / "logs"
    logs.mkdir(mode=0o755)
    shutil.chown(logs, "root")
    site.configure(lambda settings: settings.update(logs={"folder": str(logs)}))


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
    "log files of another": ("logs_folder", logs_of_another, literal),
    "no caller IDs": ("callerid", no_caller_ids, import_caller_ids),
    "not permitted": ("permit", permit("10.9.9.9"), lambda site, _: permit("127.0.0.1")(site)),
}
# What is wrong with these is the same beside each Asterisk.
OURS = (
    "never applied",
    "changed by hand",
    "no destination",
    "old schema",
    "store for everybody",
    "store of another",
    "desk's folder of another",
    "our folder of another",
    "our folder shut",
    "our file shut",
    "log files of another",
    "no caller IDs",
    "not permitted",
)
