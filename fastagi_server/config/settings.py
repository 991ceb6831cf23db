"""All that can be set, frozen, each with its paragraph: the one truth about defaults.

etc/discador.yml and docs/configuration.md are written from here. Nothing reads files or the environment here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.config import shapes
from fastagi_server.config.asterisk import Asterisk
from fastagi_server.config.dialplan import Dialplan
from fastagi_server.config.fastagi import FastAgi
from fastagi_server.config.logs import Logs
from fastagi_server.config.pacing import Pacing
from fastagi_server.config.schema import about, verify
from fastagi_server.config.stops import Stops
from fastagi_server.config.trunk import Trunk
from fastagi_server.telephony.orders import FIRST


class Language(enum.StrEnum):
    """The languages we speak; the empty one follows the environment."""

    ENVIRONMENT = ""
    ENGLISH = "en"
    SPANISH = "es"
    PORTUGUESE = "pt"


class Gate(enum.StrEnum):
    """How much of the gate a campaign insists on."""

    WHOLE = "whole"
    PARTIAL = "partial"


class LogLevel(enum.StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an operator may choose."""

    database_url: str = field(
        default="sqlite:///discador.db",
        repr=False,
        metadata=about(
            "Where calls, opt-outs and caller IDs are kept: SQLite's file or PostgreSQL's address "
            "(docs/postgresql.md), which several engines may share. A password in it is never shown; it "
            "stands better in the environment than in this file.",
            why="SQLite needs nothing else installed.",
            check=shapes.database,
            secret=True,
            env="DATABASE_URL",
        ),
    )
    redis_url: str = field(
        default="",
        repr=False,
        metadata=about(
            "Redis, by which several engines on one store hear of an opt-out a little sooner. Without it, or "
            "while it is away, they hear by the store itself.",
            why="the store is quick enough for most.",
            check=shapes.redis,
            secret=True,
            env="REDIS_URL",
        ),
    )
    log_level: LogLevel = field(
        default=LogLevel.INFO,
        metadata=about(
            "The least that is worth a line in the log.",
            why="INFO tells each decision once; DEBUG adds every line of both wires.",
            env="LOG_LEVEL",
        ),
    )
    max_cps: float = field(
        default=30.0,
        metadata=about(
            "The most originations in any one second, over all trunks, campaigns and engines that share this "
            "store (docs/pacing.md). 0 is no limit.",
            why="20 to 30 is what the dialer is built to carry, and most contracts stay below.",
            unit="calls per second",
            least=0,
            most=1000,
            env="MAX_CPS",
        ),
    )
    max_concurrent_calls: int = field(
        default=1000,
        metadata=about(
            "The most calls that may be up at once. 0 is no limit.",
            why="more than a thousand calls with audio do not fit on one small machine.",
            unit="calls",
            least=0,
            most=100000,
        ),
    )
    engine: str = field(
        default="engine",
        metadata=about(
            "The name of this engine among those that share one store. Each must have its own, or they would "
            "take each other's calls for theirs.",
            why="one engine alone needs no other name.",
            check=shapes.engine,
        ),
    )
    gate: Gate = field(
        default=Gate.WHOLE,
        metadata=about(
            "What campaigns and calls by hand insist on with a trunk that leads off this machine, whole or "
            "partial. The gate does not know a country's calling hours, consent and do-not-call registers "
            "yet; until it does, only the word partial, written by whoever answers for it, lets them use it.",
            why="nobody should find out by a fine that something was not looked at.",
        ),
    )
    enable_performance_monitoring: bool = field(
        default=True,
        metadata=about(
            "Whether performance.log is written, where logs.folder names a folder: each call's end with its "
            "timings, and calls per second, calls up and ASR every ten seconds.",
            why="an operator who cannot see the success rate fall cannot act on it.",
            env="ENABLE_PERFORMANCE_MONITORING",
        ),
    )
    language: Language = field(
        default=Language.ENVIRONMENT,
        metadata=about(
            "The language of commands and errors: en, es or pt.",
            why="that follows LC_ALL, LC_MESSAGES and LANG, and is English where they name none of ours.",
        ),
    )
    lab: bool = field(
        default=False,
        metadata=about(
            "Whether numbers and lists marked as lab's may be used. Even then calls go out only while every "
            "address of the trunk is on this machine.",
            why="nobody should ring a stranger by trying things out.",
        ),
    )
    desk: Path = field(
        default=Path("discador.sock"),
        metadata=about(
            "The Unix socket over which the commands and the web process talk to the engine. Who may open it "
            "may give orders.",
            why="beside the database it needs no rights; a service uses /run/discador/desk.sock.",
            check=shapes.socket,
        ),
    )
    pacing: Pacing = field(
        default_factory=Pacing,
        metadata=about(
            "How fast calls go out, and what stops them.",
            why="slowly at first, as fast as the limits allow while all is well.",
        ),
    )
    stops: Stops = field(
        default_factory=Stops,
        metadata=about(
            "What stops a trunk, a country, a campaign or everything, beside a low ASR.",
            why="each share is one that should alarm anybody.",
        ),
    )
    asterisk: Asterisk = field(
        default_factory=Asterisk,
        metadata=about(
            "The Asterisk that carries the calls, or the first of a fleet; its name is asterisk.",
            why="one on this machine.",
        ),
    )
    fleet: Mapping[str, Asterisk] = field(
        default_factory=dict,
        metadata=about(
            "Further Asterisks that carry calls too, each under a name of its own in small letters "
            "(docs/fleet.md). The secret of one named b stands in DISCADOR_FLEET_B_SECRET, or in its "
            "secret_file.",
            why="one Asterisk carries what most need.",
            names=shapes.asterisk,
            example={
                "b": {"host": "10.1.2.3", "port": 5039, "tls": True, "advertise": "agi://10.1.2.1:4573"}
            },
        ),
    )
    fastagi: FastAgi = field(
        default_factory=FastAgi,
        metadata=about(
            "The server that the dialplan asks.",
            why="open to this machine only.",
        ),
    )
    dialplan: Dialplan = field(
        default_factory=Dialplan,
        metadata=about(
            "The contexts that we write for Asterisk.",
            why="in a folder of our own.",
        ),
    )
    logs: Logs = field(
        default_factory=Logs,
        metadata=about(
            "The log files of the service, beside what standard error tells.",
            why="without a folder there are none.",
        ),
    )
    trunks: Mapping[str, Trunk] = field(
        default_factory=dict,
        metadata=about(
            "The carrier routes, each under a name of its own in small letters.",
            why="without a trunk nothing is dialed, which is right until a carrier is chosen.",
            names=shapes.trunk,
            example={
                "carrier": {"dial": "PJSIP/{number}@carrier", "number_format": "digits", "ring_seconds": 25}
            },
        ),
    )
    routes: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict,
        metadata=about(
            "Groups of trunks under a name of their own, for a campaign to go out over several: each trunk "
            "with its weight, which is its share of the calls, as in {acme: 2, safe: 1, old: 0}. A weight of "
            "0 is a spare, used only while none of the others takes calls (docs/trunks.md). A route may be "
            "named wherever a trunk may.",
            why="without a route a campaign goes over one trunk, and waits while that one takes no calls.",
            names=shapes.trunk,
            example={"wholesale": {"carrier": 1}},
        ),
    )
    default_trunk: str = field(
        default="",
        metadata=about(
            "The trunk, or the route, of calls that name none.",
            why="that means the only trunk; with several, one must be named.",
        ),
    )
    callerids: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata=about(
            "Numbers of ours for calls by hand, in E.164 with +, by the slug of the country that is called; "
            "they are not counted, and serve where no caller ID was ever imported (discador did import).",
            why="a caller ID is always one that we own, and nobody's numbers can be known beforehand.",
            each=shapes.e164,
            example={"mexico": ["+525512345678", "+525587654321"]},
        ),
    )
    countries_folder: Path | None = field(
        default=None,
        metadata=about(
            "A folder of the operator's own country files. A file takes the place of ours of the same name, "
            "whole; other names are added.",
            why="that means ours as they are.",
        ),
    )

    def __post_init__(self) -> None:
        verify(self)

    @property
    def permitted(self) -> tuple[str, ...]:
        """The addresses that may ask over FastAGI: those named, or the Asterisks' own."""
        if self.fastagi.permit:
            return self.fastagi.permit
        hosts = {each.host: None for each in self.asterisks.values()}
        local = ("127.0.0.1", "::1")
        every = (address for host in hosts for address in (local if host == "localhost" else (host,)))
        return tuple(dict.fromkeys(every))

    @property
    def asterisks(self) -> Mapping[str, Asterisk]:
        """All that carry calls, by name, the first one first."""
        return {FIRST: self.asterisk, **self.fleet}

    @property
    def usual_trunk(self) -> str:
        """The name of the trunk for calls that name none; empty where there is no trunk."""
        return self.default_trunk or next(iter(self.trunks), "")

    def ways(self, name: str) -> Mapping[str, float]:
        """Give the trunks, with their weights, of a route or of a trunk's name; none where it is neither."""
        return self.routes.get(name, {name: 1.0} if name in self.trunks else {})
