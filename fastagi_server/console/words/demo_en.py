"""What the demo says in English."""

DEMO: dict[str, str] = {
    "demo.lab": "Bringing up the lab: a real Asterisk and a carrier (the first time this builds them: a minute or two).",
    "demo.ready": "Ready to dial after {seconds} s.",
    "demo.progress": "{sent} calls sent, {up} up",
    "demo.match": "The carrier's own file: {carriers} calls, ours {ours}; {matched} matched one to one by X-Discador-Call.",
    "demo.setup": "From the slot to the carrier: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms; at most {most} in any second at the carrier.",
    "demo.report": "The report is in {path} too.",
    "demo.kept": "Everything is left running; its configuration is {config}. To clear it away: scripts/demo --end --name {name}",
    "demo.closed": "What was left of the demo {name!r} is cleared away.",
}
