"""The command that takes caller IDs from a list, all of it or nothing unless bad rows may be passed over."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from fastagi_server.campaign.listing import Row, read_list
from fastagi_server.console import book
from fastagi_server.console.codes import Code
from fastagi_server.console.errors import BadRowsError, NobodyOnTheListError
from fastagi_server.console.progress import watched
from fastagi_server.console.reason import NO_COUNTRY, reason
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.numbering.country import by_name, named
from fastagi_server.numbering.national import parse_near
from fastagi_server.numbering.number import MAY_SHOW, Number, Why
from fastagi_server.numbering.parse import parse
from fastagi_server.store import dids
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Did, Mark

SHOWN = 20
OURS_AS_LABS, OURS_NOT_LABS = "owned_as_labs", "owned_not_as_labs"
# A fictitious number is shown in the lab only.
_LAB_MAY_SHOW = MAY_SHOW | {Why.FICTITIOUS}
_Marks = Mapping[tuple[str, str], Mark]


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A row that is no caller ID, and why."""

    line: int
    number: str
    why: str
    country: str = ""


@dataclass(kw_only=True)
class _Judge:
    """Makes caller IDs of rows; `bad` are the rows that are none, `retired` counts those that stay so."""

    countries: Mapping[str, Country]
    country: Country | None
    lab: bool
    marks: _Marks
    bad: list[Bad] = field(default_factory=list)
    retired: int = 0

    def good(self, rows: Iterator[Row]) -> list[Did]:
        """Give the caller IDs among the rows."""
        return [did for row in rows if (did := self._did(row)) is not None]

    def _did(self, row: Row) -> Did | None:
        word = row.others.get("country", "")
        place = self.country or named(word, self.countries)
        number = parse_near(row.number, place.iso) if place else parse(row.number)
        if place is None and not word:
            place = self.countries.get(number.iso.lower())
        mark = self.marks.get((number.e164, place.slug)) if place else None
        why = self._why_not(number) or ("" if place else NO_COUNTRY) or self._marked(mark)
        if why or place is None:
            self.bad.append(Bad(line=row.line, number=number.raw, why=why, country=word or number.iso))
            return None
        if mark and mark.retired:
            self.retired += 1
            return None
        return Did(number=number.e164, country=place.slug, note=row.others.get("note", ""), lab=self.lab)

    def _why_not(self, number: Number) -> str:
        may = _LAB_MAY_SHOW if self.lab else MAY_SHOW
        return "" if number.why in may and number.e164 else str(number.why)

    def _marked(self, mark: Mark | None) -> str:
        """Say that a number has the other mark: a list never makes a number nobody's, nor ours."""
        if mark is None or mark.lab is self.lab:
            return ""
        return OURS_AS_LABS if mark.lab else OURS_NOT_LABS


def take(known: Session, file: Path, *, country: str, lab: bool, skip_bad: bool, as_json: bool) -> Code:
    """Import a list; nothing that may be shown in it is as wrong as a bad row."""
    book.check_lab(known, lab=lab)
    place = book.country(known, country) if country else None
    rows = watched(read_list(book.read_file(file)), known.tongue.say("progress.reading"))
    marks = book.read(known, dids.marks)
    judge = _Judge(countries=by_name(known.countries), country=place, lab=lab, marks=marks)
    good = judge.good(rows)
    if not (good or judge.bad or judge.retired):
        raise NobodyOnTheListError(path=str(file))
    refused = bool(judge.bad) and not skip_bad
    new = old = 0
    if good and not refused:
        doing = known.tongue.say("progress.writing")
        new, old = book.change_dids(
            known, lambda conn: dids.add(conn, watched(good, doing), known.clock.wall())
        )
    told = {
        "new": new,
        "owned": old,
        "retired": judge.retired,
        "countries": {} if refused else dict(sorted(Counter(did.country for did in good).items())),
    }
    if as_json:
        click.echo(json.dumps({**told, "bad": [asdict(each) for each in judge.bad]}))
    else:
        _tell(known, told, judge.bad, refused=refused)
    if refused:
        raise BadRowsError(bad=len(judge.bad))
    if new or old:
        book.forget(known, "import", who=book.user(), file=str(file), new=new, owned=old, lab=lab)
    return Code.DONE if good or judge.retired else Code.ASKED_WRONGLY


def _tell(known: Session, told: Mapping[str, object], bad: list[Bad], *, refused: bool) -> None:
    say = known.tongue.say
    for each in bad[:SHOWN]:
        why = reason(known.tongue, each.why, each.country)
        click.echo(say("did.bad", line=each.line, number=each.number, why=why), err=True)
    if len(bad) > SHOWN:
        click.echo(say("did.bad_more", more=len(bad) - SHOWN), err=True)
    if refused:
        return
    click.echo(say("did.imported", new=told["new"], old=told["owned"]))
    countries = told["countries"]
    for line in table(countries.items() if isinstance(countries, dict) else ()):
        click.echo(f"  {line}")
    if told["retired"]:
        click.echo(say("did.stay_retired", retired=told["retired"]))
    if bad:
        click.echo(say("did.skipped", bad=len(bad)))
