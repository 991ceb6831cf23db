"""What stops calls beside a low ASR: shares that should alarm anybody. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastagi_server.config.schema import about, verify


@dataclass(frozen=True, kw_only=True)
class Stops:
    """What stops a trunk, a country, a campaign or everything, and from which numbers on."""

    enabled: bool = field(
        default=True,
        metadata=about(
            "Whether the stops by shares are on: server_error_share, blocked_share, short_share, "
            "optout_share, people_fall and did_fall. Each also proves that chance has not doubled half of "
            "its share: with few calls it takes more than the share. The red button, store_lag_seconds and "
            "clock_drift_seconds hold all the same.",
            why="nobody looks at every figure every minute.",
        ),
    )
    server_error_share: float = field(
        default=0.3,
        metadata=about(
            "A trunk stops when so many of its calls of the last ten seconds (at least 30) were answered 503 "
            "or another 5xx. After pacing.brake_hold_seconds a few calls try. 0 is never.",
            why="a carrier that fails every third call is broken, not slow.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    blocked_share: float = field(
        default=0.05,
        metadata=about(
            "A country stops when so many of its calls of the last five minutes (at least 100) were blocked "
            "by 603+, 607 or 608, until an operator releases it (discador pacing release). 0 is never.",
            why="each further call makes it worse for every caller ID.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    short_share: float = field(
        default=0.6,
        metadata=about(
            "A campaign stops when so many of its answered calls of the last five minutes (at least 100; "
            "those to machines, which we end ourselves, are left out) were over within "
            "short_seconds without a key, until an operator releases it. 0 is never.",
            why="people who hang up at once hear nothing, or not what they should.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    short_seconds: float = field(
        default=6.0,
        metadata=about(
            "How soon after the answer a call is over that counts as short.",
            why="nobody has heard an offer by then.",
            unit="seconds",
            least=0.5,
            most=60,
        ),
    )
    optout_share: float = field(
        default=0.08,
        metadata=about(
            "A campaign stops when so many of the people who answered (at least 200; of the last 1000 at "
            "most) opted out, until an operator releases it. 0 is never.",
            why="a list of people who want no calls is the wrong list.",
            unit="share of 1",
            least=0,
            most=1,
        ),
    )
    people_fall: float = field(
        default=0.5,
        metadata=about(
            "A campaign stops when the share of people among its last 200 answers that AMD judged is at "
            "most so much of what was usual in the thousands before. After pacing.brake_hold_seconds "
            "a few calls try. 0 is never.",
            why="AMD that takes people for machines hangs up on customers.",
            unit="share of 1",
            least=0,
            most=0.7,
        ),
    )
    did_fall: float = field(
        default=0.25,
        metadata=about(
            "A caller ID is put in quarantine for did_rest_hours when its ASR is proved to be so much of "
            "that of the others of its country in the same time, or less. 0 is never.",
            why="a number that is blocked, or that phones call spam, only burns calls.",
            unit="share of 1",
            least=0,
            most=0.5,
        ),
    )
    did_rest_hours: float = field(
        default=72.0,
        metadata=about(
            "How long such a caller ID is not shown; discador did release shows it again at once.",
            why="those who mark numbers forget within days.",
            unit="hours",
            least=0.1,
            most=87600,
        ),
    )
    store_lag_seconds: float = field(
        default=5.0,
        metadata=about(
            "No new call leaves while something has waited to be written for longer. 0 is never.",
            why="a crash would lose what is not written yet.",
            unit="seconds",
            least=0,
            most=3600,
        ),
    )
    clock_drift_seconds: float = field(
        default=2.0,
        metadata=about(
            "No new call leaves once this machine's clock was set by more than this, until it has stood "
            "still for a minute. 0 is never.",
            why="calling hours and the days of caller IDs are told by that clock.",
            unit="seconds",
            least=0,
            most=86400,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
