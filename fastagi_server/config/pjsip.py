"""A carrier's endpoint as data: what Asterisk's chan_pjsip must know to reach it. Values only.

This file does not know how any of it is spelt in pjsip.conf: dialplan_templates/pjsip.conf.j2 does. The
secret is not among the values: config/trunk_secret.py reads it for a fragment, and no service holds it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify
from fastagi_server.telephony.errors import BadInputError


class Transport(enum.StrEnum):
    """How SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Place(enum.StrEnum):
    """Where an INVITE may carry the number that is shown."""

    FROM = "from"
    PAI = "pai"
    RPID = "rpid"


@dataclass(frozen=True, kw_only=True)
class Pjsip:
    """One endpoint with all that belongs to it."""

    host: str = field(
        metadata=about(
            "The carrier's SIP server: its address, or its name.",
            why="only the contract knows.",
            check=shapes.host,
        )
    )
    port: int = field(
        default=0,
        metadata=about(
            "The carrier's SIP port. 0 leaves it to DNS and the transport's own, 5060 or with TLS 5061.",
            why="a name may have SRV records, which a port would switch off.",
            unit="port",
            least=0,
            most=65535,
        ),
    )
    transport: Transport = field(
        default=Transport.UDP,
        metadata=about(
            "How SIP travels to the carrier: udp, tcp or tls.", why="it is what most carriers start with."
        ),
    )
    srtp: bool = field(
        default=False,
        metadata=about(
            "Whether the audio is encrypted (SRTP, its keys in the SDP). Use it with tls: else the keys "
            "travel in clear text.",
            why="a carrier that does not offer it would refuse every call.",
        ),
    )
    transport_name: str = field(
        default="",
        metadata=about(
            "The transport section of the operator's own pjsip.conf that is used, for example 0.0.0.0-udp.",
            why="Asterisk then takes the first one of that kind.",
            check=shapes.section,
        ),
    )
    bind: str = field(
        default="",
        metadata=about(
            "An address and port of this machine, as 0.0.0.0:5070, for a transport section of our own.",
            why="most have a transport already, and no two may share a port.",
            check=shapes.bind,
        ),
    )
    external_address: str = field(
        default="",
        metadata=about(
            "This machine's public address, where NAT stands before it. It needs bind: in pjsip.conf it "
            "belongs to the transport.",
            why="a machine with a public address of its own needs none.",
            check=shapes.optional_host,
        ),
    )
    local_networks: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "The networks behind the same NAT, to which external_address is not told.",
            why="without NAT there are none.",
            each=shapes.network,
        ),
    )
    ca_file: Path | None = field(
        default=None,
        metadata=about(
            "With tls and bind, the certificates by which the carrier's own is checked, in PEM.",
            why="that means those that the system trusts.",
            check=shapes.absolute,
        ),
    )
    verify_server: bool = field(
        default=True,
        metadata=about(
            "With tls and bind, whether a carrier whose certificate is not good is refused.",
            why="an unchecked certificate keeps nobody out.",
        ),
    )
    username: str = field(
        default="",
        metadata=about(
            "The name for digest authentication. Its secret is read when the fragment is rendered: from "
            "DISCADOR_TRUNK_NAME_SECRET (the trunk's name in capitals, - as _), else from secret_file.",
            why="carriers that know a customer by his address ask for none.",
            check=shapes.sip_user,
        ),
    )
    secret_file: Path | None = field(
        default=None,
        metadata=about(
            "A file that holds the SIP secret alone; others than its owner and group must not read it.",
            why="the environment may hold the secret too.",
        ),
    )
    realm: str = field(
        default="",
        metadata=about(
            "The realm for which the secret is given out.",
            why="that means whatever realm the carrier names.",
            check=shapes.optional_host,
        ),
    )
    register: bool = field(
        default=False,
        metadata=about(
            "Whether Asterisk registers with the carrier. It needs username.",
            why="a trunk that only calls out needs no registration, unless its carrier insists.",
        ),
    )
    register_seconds: int = field(
        default=3600,
        metadata=about(
            "How long a registration is asked for.",
            why="it is Asterisk's own default; NAT may need less.",
            unit="seconds",
            least=60,
            most=86400,
        ),
    )
    callerid_in: tuple[Place, ...] = field(
        default=(Place.FROM,),
        metadata=about(
            "Where the carrier reads the number that is shown: from (the From header), pai "
            "(P-Asserted-Identity), rpid (Remote-Party-ID), or several.",
            why="most read From; those that want an account's name there read pai.",
        ),
    )
    from_user: str = field(
        default="",
        metadata=about(
            "A fixed name in From. The number that is shown then stands in pai or rpid alone, and "
            "callerid_in must name one and not from.",
            why="From then holds the number that is shown, or username where callerid_in does not name from.",
            check=shapes.sip_user,
        ),
    )
    from_domain: str = field(
        default="",
        metadata=about(
            "The host in From, where the carrier wants its own.",
            why="that means this machine's address.",
            check=shapes.optional_host,
        ),
    )
    match: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "The addresses and networks from which the carrier's own requests come. Empty: no identify "
            "section, and calls to our numbers do not come in by this endpoint.",
            why="a trunk that only calls out needs none.",
            each=shapes.network,
        ),
    )
    context: str = field(
        default="from-trunk",
        metadata=about(
            "The context of the operator's dialplan that takes calls which come in, where match names "
            "addresses.",
            why="it is FreePBX's name; where there is no such context nobody gets in.",
            check=shapes.section,
        ),
    )
    codecs: tuple[str, ...] = field(
        default=("ulaw", "alaw"),
        metadata=about(
            "The codecs offered, best first, by Asterisk's names.",
            why="every carrier takes G.711, and AMD() hears best without compression.",
            each=shapes.codec,
        ),
    )
    qualify_seconds: int = field(
        default=60,
        metadata=about(
            "How often the carrier is asked by OPTIONS whether it is there. 0 asks never.",
            why="Asterisk refuses calls through a carrier that does not answer, within that time.",
            unit="seconds",
            least=0,
            most=3600,
        ),
    )
    rtp_symmetric: bool = field(
        default=True,
        metadata=about(
            "Whether audio goes back to where it comes from.",
            why="that crosses NAT on either side and harms nobody else.",
        ),
    )
    force_rport: bool = field(
        default=True,
        metadata=about(
            "Whether answers go back to the port that a request came from (RFC 3581).",
            why="it is Asterisk's own default.",
        ),
    )
    rewrite_contact: bool = field(
        default=False,
        metadata=about(
            "Whether the address that a request came from takes the place of its Contact.",
            why="it is for phones behind NAT; a carrier behind a proxy would be missed by it.",
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
        self._refuse_half_meant()
        self._refuse_a_number_shown_nowhere()

    def _refuse_half_meant(self) -> None:
        own_tls = bool(self.bind) and self.transport is Transport.TLS
        rules = {
            "transport_name": (not (self.transport_name and self.bind), "empty with bind"),
            "external_address": (not self.external_address or bool(self.bind), "empty without bind"),
            "local_networks": (
                not self.local_networks or bool(self.external_address),
                "empty without external_address",
            ),
            "ca_file": (self.ca_file is None or own_tls, "empty without bind and transport: tls"),
            "verify_server": (self.verify_server or own_tls, "true without bind and transport: tls"),
            "secret_file": (self.secret_file is None or bool(self.username), "empty without username"),
            "realm": (not self.realm or bool(self.username), "empty without username"),
            "register": (not self.register or bool(self.username), "false without username"),
            "codecs": (bool(self.codecs), "one codec or more"),
        }
        for name, (right, expected) in rules.items():
            if not right:
                raise BadInputError(field=name, value=getattr(self, name), expected=expected)

    def _refuse_a_number_shown_nowhere(self) -> None:
        in_from = Place.FROM in self.callerid_in
        if not self.callerid_in:
            raise BadInputError(field="callerid_in", value=(), expected="from, pai or rpid, or several")
        if in_from and self.from_user:
            raise BadInputError(
                field="from_user",
                value=self.from_user,
                expected="empty with from in callerid_in: From holds one of both",
            )
        if not in_from and not (self.from_user or self.username):
            raise BadInputError(
                field="from_user",
                value="",
                expected="given, or username, where callerid_in does not name from",
            )

    @property
    def user_in_from(self) -> str:
        """What stands in From in place of the number that is shown; empty where the number does."""
        return "" if Place.FROM in self.callerid_in else self.from_user or self.username
