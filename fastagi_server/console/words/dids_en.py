"""English: resting caller IDs, why one was chosen, notices."""

from __future__ import annotations

DIDS = {
    "help.did.rest": "Do not show these caller IDs for a while.",
    "help.did.rest.for": "For how long: 30m, 2h, 3d, 1w.",
    "help.did.rest.until": "Until when: a day or an instant, UTC where it names no zone.",
    "help.did.quarantine": "Do not show these caller IDs before they are released.",
    "help.did.release": "Show resting or quarantined caller IDs again.",
    "help.did.explain": "Say why a call showed its caller ID, or whether a number would be shown now.",
    "help.notices": "Print what happened and is told once: days of caller IDs that are over.",
    "help.notices.limit": "At most so many.",
    "did.rested": "Resting: {count}.",
    "did.quarantined": "In quarantine: {count}.",
    "did.released": "Released: {count}.",
    "did.why.named": "it was named by whoever ordered the call, or is one of the configuration's",
    "did.why.free": "it may be chosen: {uses} uses in {period}",
    "did.why.near_cap": "only where nothing else is left: {uses} uses in {period}, near the cap of {cap}",
    "did.why.at_cap": "not before the next period: {uses} uses in {period}, the cap is {cap}",
    "did.why.rest": "rests until {until}, by {who}: {why}",
    "did.why.quarantine": "in quarantine until {until}, by {who}: {why}",
    "did.why.quarantine.open": "in quarantine until it is released, by {who}: {why}",
    "did.why.retired": "retired",
    "did.why.not_owned": "not one of our caller IDs",
    "notices.none": "Nothing to tell.",
    "notice.day_closed": "{country}: {day} is over: {uses} uses, {at_cap} of {numbers} caller IDs at their cap",
}
