"""Where Asterisk is and how we talk to its manager interface. Values only: nothing connects here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify


@dataclass(frozen=True, kw_only=True)
class Asterisk:
    """One Asterisk and its manager user."""

    host: str = field(
        default="127.0.0.1",
        metadata=about(
            "The address or name under which Asterisk's manager interface (AMI) is reached.",
            why="Asterisk on the same machine is the usual start, and AMI in clear text should not leave it.",
            check=shapes.host,
        ),
    )
    port: int = field(
        default=5038,
        metadata=about(
            "The port of AMI, as `port` (or, with TLS, `tlsbindaddr`) in Asterisk's manager.conf has it.",
            why="it is Asterisk's own default; with TLS it is usually 5039.",
            unit="TCP port",
            least=1,
            most=65535,
        ),
    )
    username: str = field(
        default="discador",
        metadata=about(
            "The manager user. It needs read=call,dtmf,user, and agent too where a destination names its "
            "queue, and write=originate,call,reporting,system, not command.",
            why="a user of our own keeps our rights apart from everybody else's.",
            check=shapes.username,
        ),
    )
    secret_file: Path | None = field(
        default=None,
        metadata=about(
            "A file that holds the manager user's secret and nothing else. Only its owner and group may read "
            "it (chmod 640), or it is refused. The variable DISCADOR_AMI_SECRET goes before it.",
            why="a secret has no place in this file, which people copy and show to each other.",
        ),
    )
    secret: str = field(
        default="",
        repr=False,
        metadata=about(
            "The manager user's secret itself; it is never shown, in logs or elsewhere.",
            why="nobody's secret can be known beforehand.",
            check=shapes.secret,
            secret=True,
            in_file=False,
            env="DISCADOR_AMI_SECRET",
        ),
    )
    tls: bool = field(
        default=False,
        metadata=about(
            "Whether AMI is spoken over TLS. Asterisk needs tlsenable=yes in manager.conf.",
            why="on 127.0.0.1 there is nobody between; set it for every other host.",
        ),
    )
    ca_file: Path | None = field(
        default=None,
        metadata=about(
            "The authorities, in PEM, that may vouch for Asterisk's certificate. Only with tls.",
            why="that means those that the system trusts.",
        ),
    )
    connect_seconds: float = field(
        default=3.0,
        metadata=about(
            "How long one attempt to connect may take.",
            why="a healthy Asterisk answers in milliseconds; what takes longer is better tried again.",
            unit="seconds",
            least=0.1,
            most=120,
        ),
    )
    action_seconds: float = field(
        default=5.0,
        metadata=about(
            "How long Asterisk may take to answer an action. After that its outcome is unknown: an Originate "
            "is then never sent again.",
            why="the answer comes within milliseconds even under load; five seconds is a stuck Asterisk.",
            unit="seconds",
            least=0.1,
            most=120,
        ),
    )
    keepalive_seconds: float = field(
        default=1.5,
        metadata=about(
            "How often a Ping asks whether Asterisk is still there. A link, or a login, without one byte for "
            "twice as long is dead; one that is slow and says something is not.",
            why="a dead link is known within 4 seconds then, and calls go out within 5 once it is back.",
            unit="seconds",
            least=1,
            most=3600,
        ),
    )
    reconnect_ceiling_seconds: float = field(
        default=1.0,
        metadata=about(
            "The longest pause between two attempts to reach Asterisk; the pauses grow up to it.",
            why="after a restart of Asterisk nobody wants to wait longer, and a try costs nothing.",
            unit="seconds",
            least=1,
            most=3600,
        ),
    )

    weight: float = field(
        default=1.0,
        metadata=about(
            "Its share of the calls beside the other Asterisks of the fleet: one of weight 2 takes twice as "
            "many as one of weight 1. 0 takes none until somebody says discador asterisk resume.",
            why="one alone takes all, and equal machines take equal shares.",
            unit="share",
            least=0,
            most=1000,
        ),
    )
    cps: float = field(
        default=0.0,
        metadata=about(
            "The most originations in any one second that go to this Asterisk, whatever its weight. 0 is no "
            "limit of its own.",
            why="max_cps holds for all of them together.",
            unit="calls per second",
            least=0,
            most=1000,
        ),
    )
    advertise: str = field(
        default="",
        metadata=about(
            "What this Asterisk is told to call for FastAGI, agi://host:port, where that is not what "
            "fastagi.advertise says: one on another machine reaches us by another address.",
            why="that means what fastagi says.",
            check=shapes.uri,
        ),
    )
    write_off_seconds: float = field(
        default=300.0,
        metadata=about(
            "How long its link may be away, while another Asterisk is there, before the calls it had are "
            "closed as unknown, so that campaigns can end. They are never sent again.",
            why="ringing, the texts and the time for a key are over by then; what was connected is told so.",
            unit="seconds",
            least=1,
            most=86400,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
