"""A lab's folders and files: who may read what is part of what a lab tests.

Asterisk runs as the chroot's user asterisk, Discador as its own; what one of them writes for the other
is in a folder of the writer with the reader's group.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fastagi_server.loadtest import carrier_folder, debian, speech
from fastagi_server.loadtest.owned import ROOT, Owners, make_folder, write_file
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import Ports
from fastagi_server.loadtest.templates import render
from fastagi_server.telephony.country import Country

_STATE = ("cache", "lib", "lib/keys", "log", "log/cdr-csv", "run", "spool")
# What Debian ships serves where the lab has no wish of its own, and what one release has not got is left out;
# AMD() is not there without amd.conf.
_STOCK = (
    *("acl", "aeap", "agents", "amd", "ccss", "cdr_custom", "cel", "cel_custom", "cli_aliases"),
    *("confbridge", "dnsmgr", "dsp", "features", "followme", "geolocation", "indications", "pjproject"),
    *("pjsip_notify", "pjsip_wizard", "queuerules", "queues", "res_fax", "res_http_media_cache"),
    *("res_parking", "statsd", "stir_shaken", "udptl", "websocket_client"),
)


def make(
    paths: Paths,
    ports: Ports,
    *,
    countries: Sequence[Country],
    cache: Path,
    owners: Owners,
    secrets: tuple[str, str],
) -> None:
    """Make all of it; `secrets` are those of Discador and of the witness, in this order."""
    secret, witness = secrets
    make_folder(paths.folder, ROOT, 0o755)
    for side in Side:
        _asterisk(paths, side, owners)
    _dialer(paths, ports, owners, secret=secret, witness=witness)
    _discador(paths, ports, owners)
    write_file(paths.secret, f"{secret}\n", owners.discador, 0o600)
    write_file(paths.witness_secret, f"{witness}\n", ROOT, 0o600)
    prompts = speech.make_prompts(countries, paths.sounds, cache=cache)
    for made in paths.sounds.rglob("*"):
        os.chown(made, owners.discador.uid, owners.asterisk.gid)
    place = carrier_folder.Place(paths=paths, ports=ports, owners=owners, cache=cache)
    carrier_folder.make(place, countries=countries, prompts=prompts, witness=witness)
    carrier_folder.make_sipp(place)


def _asterisk(paths: Paths, side: Side, owners: Owners) -> None:
    folder, owner = paths.side(side), owners.root_for_asterisk
    make_folder(folder, owners.asterisk, 0o755)
    for name in ("etc", "share", "share/sounds"):
        make_folder(folder / name, ROOT, 0o755)
    for name in _STATE:
        make_folder(folder / name, owners.asterisk, 0o755)
    conf = render(
        "asterisk.conf",
        folder=paths.inside(folder),
        modules=paths.inside(debian.modules_folder(paths.root)),
        transmit_silence="yes" if side is Side.CARRIER else "no",
    )
    write_file(folder / "etc/asterisk.conf", conf, owner, 0o640)
    for name in ("logger.conf", "http.conf"):
        write_file(folder / "etc" / name, render(name), owner, 0o640)
    # The carrier knows PJSIP only; chan_sip, where there is one, is the dialer's second trunk.
    chan_sip = (
        "noload = chan_sip.so" if side is Side.CARRIER else "; chan_sip.so is loaded where there is one"
    )
    modules = render("modules.conf", chan_sip=chan_sip)
    write_file(folder / "etc/modules.conf", modules, owner, 0o640)
    for name in _STOCK:
        if (paths.root / f"etc/asterisk/{name}.conf").exists():
            (folder / f"etc/{name}.conf").symlink_to(f"/etc/asterisk/{name}.conf")
    _link_share(paths, folder / "share")


def _link_share(paths: Paths, share: Path) -> None:
    """Take Asterisk's own share folder by links, so that its sounds folder may hold ours too."""
    theirs = paths.root / "usr/share/asterisk"
    for entry in (*theirs.iterdir(), *(theirs / "sounds").iterdir()):
        if entry != theirs / "sounds":
            (share / entry.relative_to(theirs)).symlink_to(paths.inside(entry))


def _dialer(paths: Paths, ports: Ports, owners: Owners, *, secret: str, witness: str) -> None:
    etc, owner = paths.side(Side.DIALER) / "etc", owners.root_for_asterisk
    first, last = ports.dialer_rtp
    files = {
        "manager.conf": render("manager_dialer.conf", port=ports.dialer_ami, secret=secret, witness=witness),
        "pjsip.conf": render(
            "pjsip_dialer.conf",
            own=ports.dialer_sip,
            carrier=ports.carrier_sip,
            signalling=ports.signalling,
        ),
        "rtp.conf": render("rtp.conf", first=first, last=last),
        "cdr.conf": render("cdr.conf"),
        "extensions.conf": render("extensions_dialer.conf"),
    }
    if (debian.modules_folder(paths.root) / "chan_sip.so").exists():
        files["sip.conf"] = render("sip_dialer.conf", own=ports.dialer_chan_sip, carrier=ports.carrier_sip)
    for name, text in files.items():
        write_file(etc / name, text, owner, 0o640)


def _discador(paths: Paths, ports: Ports, owners: Owners) -> None:
    for place in (paths.dialplan, paths.sounds):
        make_folder(place, owners.discador_for_asterisk, 0o2750)
    for place in (paths.data, paths.run):
        make_folder(place, owners.discador, 0o750)
    config = render(
        "discador.yml",
        database=paths.data / "discador.db",
        ami=ports.dialer_ami,
        secret=paths.secret,
        fastagi=ports.fastagi,
        desk=paths.desk,
        dialplan=paths.dialplan,
    )
    write_file(paths.config, config, owners.root_for_discador, 0o640)
