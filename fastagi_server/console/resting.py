"""The commands that let a caller ID rest, put it in quarantine, and show it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastagi_server.console import book, retiring
from fastagi_server.console.retiring import Which
from fastagi_server.console.session import Session
from fastagi_server.store import dids, rests
from fastagi_server.telephony.did import Rest, RestKind
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.said import plain

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LAST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_SPAN = re.compile(r"([1-9][0-9]{0,5})([mhdw])")


def rest(known: Session, which: Which, *, span: str, until: str, why: str, as_json: bool) -> None:
    """Do not show these numbers for a while."""
    if not (span or until):
        raise BadInputError(field="--for", value=span, expected="a span, or an instant after --until")
    _check_one(span, until)
    retiring.change(
        known,
        which,
        _putting(known, RestKind.REST, _end(known, span, until), why),
        done="rested",
        as_json=as_json,
    )


def quarantine(known: Session, which: Which, *, span: str, until: str, why: str, as_json: bool) -> None:
    """Do not show these numbers before somebody releases them, or for a while."""
    _check_one(span, until)
    ends = _end(known, span, until) if span or until else None
    retiring.change(
        known, which, _putting(known, RestKind.QUARANTINE, ends, why), done="quarantined", as_json=as_json
    )


def _check_one(span: str, until: str) -> None:
    if span and until:
        raise BadInputError(field="--until", value=until, expected=f"nothing beside --for {span}")


def release(known: Session, which: Which, *, as_json: bool) -> None:
    """Show these numbers again."""
    retiring.change(
        known,
        which,
        lambda conn, number, slug: rests.release(conn, number, country=slug),
        done="released",
        as_json=as_json,
    )


def _putting(
    known: Session, kind: RestKind, until: float | None, why: str
) -> Callable[[Any, str, str | None], bool]:
    now, who, why = known.clock.wall(), book.user(), plain(why)

    def put(conn: Any, number: str, slug: str | None) -> bool:
        slugs = [slug] if slug else list(dids.marks_of(conn, number))
        put = [
            rests.put(
                conn,
                Rest(number=number, country=each, kind=kind, since=now, until=until, who=who, why=why),
            )
            for each in slugs
        ]
        return any(put)

    return put


def _end(known: Session, span: str, until: str) -> float:
    """Give the instant that a span from now or a written instant means."""
    if span:
        found = _SPAN.fullmatch(span)
        if found is None:
            raise BadInputError(field="--for", value=span, expected="a span like 30m, 2h, 3d or 1w")
        ends = known.clock.wall() + int(found[1]) * _UNITS[found[2]]
        if ends > _LAST:
            raise BadInputError(field="--for", value=span, expected="a span that ends before the year 9999")
        return ends
    try:
        at = datetime.fromisoformat(until)
        ends = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        expected = "a day such as 2026-11-23 or an instant such as 2026-11-23T18:00, in UTC"
        raise BadInputError(field="--until", value=until, expected=expected) from None
    if ends <= known.clock.wall():
        raise BadInputError(field="--until", value=until, expected="an instant that is still to come, in UTC")
    return ends
