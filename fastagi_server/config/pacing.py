"""How fast calls go out, and what stops them. Values only: nothing is paced here."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify


class Rate(enum.StrEnum):
    """Which rate is meant by success."""

    ASR = "asr"
    NER = "ner"


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """How a campaign's pace rises and falls below its limits, and the emergency brake."""

    auto_adjust_cps: bool = field(
        default=True,
        metadata=about(
            "Whether each trunk's pace adjusts itself: it begins at initial_cps and rises by ramp_up_step "
            "every ramp_up_interval up to the limits; it falls when the carrier answers 503 or 429, and "
            "when NER falls under quality_threshold. Without it calls go out at the limits from the first "
            "second.",
            why="a carrier answers 503 to a burst, and a limit that nobody has told is found only by "
            "adjusting.",
        ),
    )
    initial_cps: float = field(
        default=5.0,
        metadata=about(
            "The pace at which a trunk begins, and begins anew after a brake.",
            why="a wrong list or a broken trunk shows itself within seconds, at little cost.",
            unit="calls per second",
            least=0.1,
            most=1000,
        ),
    )
    ramp_up_step: float = field(
        default=2.0,
        metadata=about(
            "By how much the pace rises each time.",
            why="from 5 to 30 it takes two minutes, in which every step proves itself.",
            unit="calls per second",
            least=0.1,
            most=1000,
        ),
    )
    ramp_up_interval: float = field(
        default=10.0,
        metadata=about(
            "How long each step proves itself before the next.",
            why="most calls that fail have failed by then.",
            unit="seconds",
            least=1,
            most=3600,
        ),
    )
    quality_threshold: float = field(
        default=0.8,
        metadata=about(
            "The least NER of the last minute: the share of attempts that reached the far end's network. "
            "Below it the pace falls, down to initial_cps. 0 is no such threshold.",
            why="more than a fifth of numbers that do not exist, or calls that the carrier fails, is a bad"
            " list or a bad route.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    quality_rate: Rate = field(
        default=Rate.NER,
        metadata=about(
            "The rate that quality_threshold is for: ner, or asr (the share that was answered).",
            why="NER tells a bad list or route from people who do not answer.",
        ),
    )
    asr_fall: float = field(
        default=0.5,
        metadata=about(
            "The pace of a trunk halves, with a warning, when the ASR of a minute's calls (at least "
            "200, half a minute after they were sent) is at most so much of that of the half hour "
            "before. 0 is never.",
            why="half of the answers gone is trouble, also where ASR is far above the brake's threshold.",
            unit="share of 1",
            least=0,
            most=0.7,
        ),
    )
    slow_pdd: float = field(
        default=2.0,
        metadata=about(
            "The pace falls by 0.7 when the PDD of the last minute at p95 (at least 100 calls that rang) is "
            "so many times its longer mean, and a second more at least. 0 is never.",
            why="a carrier that is near its limit first becomes slow.",
            unit="times the usual",
            least=0,
            most=100,
        ),
    )
    slow_originate_seconds: float = field(
        default=0.5,
        metadata=about(
            "The pace falls by 0.7 when Asterisk takes so long from an Originate to its channel, at p95 of "
            "the last ten seconds (at least 30 calls). 0 is never.",
            why="an Asterisk with room takes milliseconds.",
            unit="seconds",
            least=0,
            most=60,
        ),
    )
    asterisk_load: float = field(
        default=0.0,
        metadata=about(
            "The pace falls by 0.7 each ten seconds while the load average of an Asterisk's machine is at "
            "least this. Each that takes calls is asked every five seconds by SYSINFO(loadavg), and the "
            "most loaded counts. 0 is never, and nobody asks.",
            why="what a machine carries depends on its cores, which nobody tells; try twice their number.",
            unit="load average",
            least=0,
            most=1000,
        ),
    )
    emergency_brake_threshold: float = field(
        default=0.1,
        metadata=about(
            "The least ASR. A campaign, country or trunk whose share of answered calls is proved to have "
            "fallen under it sends nothing more, looks again after brake_hold_seconds with a tenth of its "
            "pace, and goes on by itself once answers are back. 0 is no brake.",
            why="calls that nobody answers burn caller IDs, and carriers block who makes them.",
            unit="share of 1",
            least=0,
            most=0.5,
        ),
    )
    brake_rate: Rate = field(
        default=Rate.ASR,
        metadata=about(
            "The rate that emergency_brake_threshold is for: asr, or ner (the share that reached the far "
            "end's network).",
            why="calls that nobody answers are what carriers block.",
        ),
    )
    brake_hold_seconds: float = field(
        default=20.0,
        metadata=about(
            "How long a brake that needs no operator holds before a few calls try again.",
            why="so a cause that is gone costs less than a minute.",
            unit="seconds",
            least=1,
            most=86400,
        ),
    )
    country_cps: Mapping[str, float] = field(
        default_factory=dict,
        metadata=about(
            "The most calls per second into a country, by its slug, over all trunks, campaigns and engines "
            "that share this store.",
            why="no country has a limit of its own; those of max_cps, the trunk and the campaign hold.",
            each=shapes.cps,
            example={"mexico": 10.0},
        ),
    )

    abandon_soft: float = field(
        default=0.02,
        metadata=about(
            "The share of pressed connect keys, in the last hour or in thirty days, that may find no agent "
            "in time before a campaign goes slower; from half of it on less is risked. Only where a "
            "destination names its queue.",
            why="what the law counts over thirty days is kept only by whoever slows down before.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    abandon_hard: float = field(
        default=0.03,
        metadata=about(
            "The share from which a campaign has no more than one call on its way for each free agent.",
            why="the USA allows 3 % in thirty days.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    abandon_seconds: float = field(
        default=2.0,
        metadata=about(
            "For how long a caller who has pressed the connect key may be without an agent whose phone "
            "rings. Whoever waits longer, or leaves the queue without an agent, is abandoned.",
            why="the USA and Canada count from two seconds on.",
            unit="seconds",
            least=0.5,
            most=120,
        ),
    )
    wrap_up_seconds: float = field(
        default=0.0,
        metadata=about(
            "wrapuptime of the queues in queues.conf, which Asterisk does not tell a manager: so long after "
            "a call an agent is not free. A member's own one is known without this.",
            why="app_queue's own default is none.",
            unit="seconds",
            least=0,
            most=3600,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
