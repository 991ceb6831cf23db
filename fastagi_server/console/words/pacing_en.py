"""English: paces, brakes, the certificate."""

from __future__ import annotations

PACING = {
    "help.pacing": "How fast calls go out, and what stops them.",
    "help.pacing.show": "Print the limit, the pace and the brake of each scope.",
    "help.pacing.release": "Let calls of a scope leave again that its brake has stopped.",
    "help.pacing.why": "Why, for the log.",
    "help.pacing.certificate": "Prove from the records that no second went over a limit.",
    "help.pacing.since": "From when: a day or an instant, UTC where it names no zone.",
    "help.pacing.until": "Until when.",
    "help.pacing.csv": "As CSV.",
    "pacing.line": "{scope}: limit {limit}, pace {pace}, brake {standing}",
    "pacing.none": "none",
    "pacing.free": "off",
    "pacing.stopped": "on",
    "pacing.probing": "tries again",
    "pacing.released": "The brake of {scope} is released.",
    "certificate.head": "{count} originations from {began} to {ended}",
    "certificate.line": "{scope}: at most {most} in any second (limit {limit}), mean {mean} a second, spacing off by p50 {p50} ms, p99 {p99} ms",
    "certificate.kept": "Every limit was kept.",
    "certificate.broken": "OVER THE LIMIT: {scopes}",
    "certificate.empty": "Nothing was originated.",
}
