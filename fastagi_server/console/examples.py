"""Examples of every command, as its help shows them; they are the same in every language.

A test runs each of them, so an option that goes takes its example along.
"""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": ("discador serve", "discador --config /etc/discador/discador.yml serve"),
    "call": (
        "discador call +525550001003",
        "discador call 5550001003 --country mexico --callerid +525550009000",
        "discador call +525550001003 --json",
    ),
    "calls": (
        "discador calls",
        "discador calls --campaign spring --outcome busy",
        "discador calls --since 2026-11-23 --limit 1000 --json",
    ),
    "optouts": ("discador optouts", "discador optouts --json"),
    "optout add": (
        'discador optout add +525550001009 --why "asked by mail"',
        'discador optout add "52 55 5000 1009" --why "asked again" --json',
    ),
    "optout import": (
        "discador optout import leavers.csv",
        'discador optout import leavers.csv --why "register of November" --json',
    ),
    "optout export": (
        "discador optout export optouts.csv",
        "discador optout export - --format jsonl --since 2026-11-23",
        "discador optout export - --number +525550001009",
    ),
    "render": ("discador render", "discador render --output discador.conf", "discador render --check"),
    "apply": ("discador apply --dry-run", "discador apply"),
    "check": ("discador check", "discador --lang es check", "discador check --json"),
    "db upgrade": ("discador db upgrade", "discador db upgrade --json"),
    "config show": ("discador config show", "discador config show --json"),
    "config check": ("discador config check", "discador --config discador.yml config check"),
    "trunk list": ("discador trunk list", "discador trunk list --json"),
    "trunk show": (
        "discador trunk show carrier",
        "discador trunk show carrier --number +525512345678 --json",
    ),
    "trunk render": (
        "discador trunk render",
        "discador trunk render carrier --output pjsip.conf",
    ),
    "completion": (
        'eval "$(discador completion bash)"',
        "discador completion zsh",
        "discador completion fish",
    ),
    "number": ("discador number +525550001003", 'discador number 12 "55 5000 1003" --json'),
    "did list": (
        "discador did list",
        "discador did list --country usa --json",
        "discador did list --retired",
    ),
    "did usage": ("discador did usage", "discador did usage --country us"),
    "did import": (
        "discador did import dids.csv",
        "discador did import dids.csv --country usa --skip-bad",
        "discador did import dids.csv --json",
    ),
    "did limit": ("discador did limit usa 50 --who ana", "discador did limit mexico 0 --who ana"),
    "did reset": (
        'discador did reset usa --who ana --why "new numbers"',
        "discador did reset br --who ana --why test",
    ),
    "did retire": (
        "discador did retire +12125559001",
        "discador did retire --file dids.csv --country usa",
    ),
    "did restore": (
        "discador did restore +12125559001",
        "discador did restore --file dids.csv --country usa",
    ),
    "did rest": (
        'discador did rest +12125559002 --for 2d --why "flagged as spam"',
        'discador did rest --file dids.csv --until 2099-12-01 --why "too many complaints"',
    ),
    "did quarantine": (
        'discador did quarantine +12125559002 --country usa --why "the carrier answers 603"',
        'discador did quarantine --file dids.csv --for 1w --why "under review"',
    ),
    "did release": (
        "discador did release +12125559001",
        "discador did release --file dids.csv --json",
    ),
    "did why": (
        "discador did why +12125559002",
        "discador did why +12125559002 --country usa --json",
    ),
    "notices": ("discador notices", "discador notices --limit 100 --json"),
    "asterisk list": ("discador asterisk list", "discador asterisk list --json"),
    "asterisk drain": (
        'discador asterisk drain b --why "new kernel"',
        'discador asterisk drain asterisk --why "its disk is full" --json',
    ),
    "asterisk resume": (
        'discador asterisk resume b --why "it is back"',
        'discador asterisk resume asterisk --why "it is mended" --json',
    ),
    "pacing show": ("discador pacing show", "discador pacing show --json"),
    "pacing stop": (
        'discador pacing stop --why "something is wrong"',
        'discador pacing stop country:mexico --hang-up --why "the wrong prompt"',
        'discador pacing stop trunk:carrier --why "the carrier called" --json',
    ),
    "pacing release": (
        'discador pacing release trunk:carrier --why "the carrier mended its route"',
        'discador pacing release country:mexico --why "another prompt" --json',
    ),
    "pacing certificate": (
        "discador pacing certificate",
        "discador pacing certificate --since 2026-11-23 --csv",
        "discador pacing certificate --json",
    ),
    "campaign create": (
        "discador campaign create spring --list people.csv",
        "discador campaign create summer --list people.csv --country mexico --cps 5 --concurrency 40",
        "discador campaign create winter --list people.csv --retries 2 --retry-seconds 7200 --json",
    ),
    "campaign refused": ("discador campaign refused spring", "discador campaign refused spring --csv"),
    "campaign start": ("discador campaign start spring", "discador campaign start spring --json"),
    "campaign status": (
        "discador campaign status",
        "discador campaign status spring --json",
        "discador campaign status spring --follow",
    ),
    "campaign stop": ("discador campaign stop spring", "discador campaign stop spring --json"),
    "campaign list": ("discador campaign list", "discador campaign list --json"),
    "campaign report": (
        "discador campaign report spring",
        "discador --lang pt campaign report spring --output report.txt",
        "discador campaign report spring --json",
    ),
    "campaign delete": (
        "discador campaign delete summer --yes",
        "discador campaign delete winter --yes --json",
    ),
}
