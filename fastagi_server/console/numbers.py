"""The command that says what a text is as a telephone number."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from fastagi_server.console.codes import Code
from fastagi_server.console.reason import reason
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.numbering.country import by_iso
from fastagi_server.numbering.describe import describe

SHOWN = 3


def number(known: Session, texts: Sequence[str], *, as_json: bool) -> Code:
    """Describe each text; that one is not dialable is an answer and no failure."""
    countries = by_iso(known.countries)
    told = [describe(text, countries) for text in texts]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return Code.DONE
    say = known.tongue.say
    rows = []
    for each in told:
        verdict = say("number.good") if each["dialable"] else reason(known.tongue, str(each["why"]))
        zones = each["zones"]
        shown = _zones(zones) if isinstance(zones, list) else ""
        rows.append((each["raw"], each["e164"] or "-", each["country"] or each["iso"] or "-", verdict, shown))
    for line in table(rows):
        click.echo(line)
    return Code.DONE


def _zones(zones: list[str]) -> str:
    """Give the first zones; of a number that lies in forty, thirty-seven more tell nobody anything."""
    more = f" +{len(zones) - SHOWN}" if len(zones) > SHOWN else ""
    return ", ".join(zones[:SHOWN]) + more
