"""A carrier that wants to know who calls: endpoints of its own in the lab's carrier, and what they saw.

The lab's own trunk comes from 127.0.0.1 and stays as it is; these have addresses of their own here.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fastagi_server.asterisk.switch import Switch
from fastagi_server.config import countries
from fastagi_server.config.trunk import Trunk
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.paths import Side
from fastagi_server.loadtest.witness import Message, Witness
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.country import Destination
from fastagi_server.telephony.orders import PlaceCall

SECRET = "not #a[t]all easy: 7"
USER = "acme-1"
HEADERS = ("From", "P-Asserted-Identity", "Remote-Party-ID", "Privacy", "X-Discador-Call", "Via")
OWN = "+525550009000"

_TRANSPORT = """
[far-{kind}]
type = transport
protocol = {kind}
bind = 127.0.0.1:{port}
{more}
"""
_ENDPOINT = """
[{name}]
type = endpoint
context = far
disallow = all
allow = ulaw
direct_media = no
media_encryption = {srtp}
trust_id_inbound = yes
{auth}

[{name}]
type = identify
endpoint = {name}
match = {address}
"""
_AUTH = """
[{user}]
type = auth
auth_type = userpass
username = {user}
password = {secret}

[{user}]
type = aor
max_contacts = 2
"""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 that nobody but itself has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "far.crt", folder / "far.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


@dataclass
class Seen:
    """A call as the far end saw it."""

    number: str
    endpoint: str
    srtp: str
    tls: str
    headers: Mapping[str, str]


@dataclass
class Far:
    """The far end; `ports` are where it listens, by transport."""

    lab: lab.Lab
    ports: dict[str, int] = field(default_factory=dict)
    _serials: int = 0

    def __post_init__(self) -> None:
        self._calls = self.lab.paths.side(Side.CARRIER) / "log/far.jsonl"
        etc = self.lab.paths.side(Side.CARRIER) / "etc"
        for made in make_certificate(etc):
            made.chmod(0o640)
            shutil.chown(made, group=(etc / "pjsip.conf").stat().st_gid)
        self.ports = {
            "udp": free_port(socket.SOCK_DGRAM),
            "tcp": free_port(),
            "tls": free_port(),
        }
        with (etc / "pjsip.conf").open("a") as file:
            file.write(self._pjsip(etc))
        with (etc / "extensions.conf").open("a") as file:
            file.write(self._extensions())
        # A trunk of the operator's own, and a context with routes as FreePBX has one.
        dialer = self.lab.paths.side(Side.DIALER) / "etc"
        with (dialer / "extensions.conf").open("a") as file:
            file.write(
                "\n[from-internal]\n"
                "exten => _X.,1,Set(GROUP()=routes)\n"
                " same => n,Dial(PJSIP/${EXTEN}@carrier,60)\n"
                " same => n,Hangup(${HANGUPCAUSE})\n"
            )
        settings = DialplanSettings(
            fastagi_uri="agi://127.0.0.1:1",
            destination=Destination(context="lab_agents", exten="s", priority="1"),
        )
        made_countries = [each for each in countries.load() if each.slug == "mexico"]
        (self.lab.paths.dialplan / "discador.conf").write_text(render(made_countries, settings))
        self.witness = self.lab.witness()
        self._command(self.witness, "dialplan reload")
        with self.lab.witness(Side.CARRIER) as carrier:
            self._command(carrier, "dialplan reload")
            self._command(carrier, "module reload res_pjsip.so")

    @property
    def certificate(self) -> Path:
        """The far end's certificate, as the dialer's Asterisk sees it."""
        return Path(self.lab.paths.inside(self.lab.paths.side(Side.CARRIER) / "etc/far.crt"))

    def _pjsip(self, etc: Path) -> str:
        inside = {
            name: self.lab.paths.inside(etc / f"far.{ending}")
            for name, ending in (("cert_file", "crt"), ("priv_key_file", "key"))
        }
        tls = "\n".join(["method = tlsv1_2", *(f"{name} = {path}" for name, path in inside.items())])
        transports = [
            _TRANSPORT.format(kind=kind, port=port, more=tls if kind == "tls" else "")
            for kind, port in self.ports.items()
        ]
        auth = f"auth = {USER}\naors = {USER}"
        return "".join(
            [
                *transports,
                _AUTH.format(user=USER, secret=SECRET),
                _ENDPOINT.format(name=USER, srtp="no", auth=auth, address="127.0.0.2"),
                _ENDPOINT.format(name="open", srtp="no", auth="", address="127.0.0.3"),
                _ENDPOINT.format(name="safe", srtp="sdes", auth="", address="127.0.0.4"),
            ]
        )

    def _extensions(self) -> str:
        told = ",".join(f'"{name}":"${{URIENCODE(${{PJSIP_HEADER(read,{name})}})}}"' for name in HEADERS)
        return (
            "\n[far]\n"
            # Before it is answered a call has no keys, so there is no saying whether its audio is safe.
            'exten => _[+0-9*#].,1,ExecIf($["${CHANNEL(endpoint)}"="safe"]?Answer())\n'
            " same => n,Set(FILE("
            f"{self.lab.paths.inside(self._calls)},,,al,u)="
            '{"number":"${URIENCODE(${EXTEN})}","endpoint":"${CHANNEL(endpoint)}",'
            '"srtp":"${CHANNEL(rtp,secure)}","tls":"${CHANNEL(pjsip,secure)}",' + told + "})\n"
            " same => n,Goto(from_dialer,${FILTER(0-9,${EXTEN})},1)\n"
        )

    def _command(self, witness: Witness, command: str) -> None:
        told = witness.action("Command", ("Command", command))
        assert told["Response"] == "Success", told

    def take(self, fragment: str) -> None:
        """Give the dialer's Asterisk a fragment, and wait until the endpoint is there."""
        path = self.lab.paths.dialplan / "pjsip.conf"
        path.write_text(fragment)
        path.chmod(0o640)
        shutil.chown(path, group=self.lab.paths.dialplan.stat().st_gid)
        self._command(self.witness, "module reload res_pjsip.so")

    def order(self, trunk: Trunk, number: str) -> PlaceCall:
        self._serials += 1
        return PlaceCall(
            call=mint(time.time(), self._serials.to_bytes(10, "big")),
            number=number,
            callerid=OWN,
            trunk="far",
            channel=trunk.channel(number),
            context="discador_mexico",
            ring_seconds=trunk.ring_seconds,
            campaign="spring",
            shown=trunk.shown(OWN),
            private=trunk.presentation == "prohibited",
            cdr=trunk.cdr,
        )

    def ring(self, order: PlaceCall) -> list[Message]:
        """Send exactly what Discador sends, and give Asterisk's events until the call has ended."""
        switch = Switch(clock=_NoClock(), tell=lambda _: None, fastagi=lambda: "agi://127.0.0.1:1")
        lines = switch._originate(order).encode("far").decode().split("\r\n")[2:-2]
        pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        told = self.witness.action("Originate", *pairs)
        assert told["Response"] == "Success", told
        return self.witness.until(
            lambda event: event.get("Event") == "Hangup" and event["Uniqueid"] == order.call
        )

    def seen(self, call: CallId) -> Seen | None:
        """Give what the far end saw of a call."""
        for line in self._calls.read_text().splitlines() if self._calls.exists() else ():
            told = {name: unquote(value) for name, value in json.loads(line).items()}
            if told["X-Discador-Call"] == call:
                headers = {name: told[name] for name in HEADERS}
                return Seen(told["number"], told["endpoint"], told["srtp"], told["tls"], headers)
        return None


class _NoClock:
    def wall(self) -> float:
        return 0.0

    def steady(self) -> float:
        return 0.0
