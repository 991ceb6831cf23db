"""Says in the reader's language why a number was refused; what is stored are fixed words."""

from __future__ import annotations

from fastagi_server.console.table import printable
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony.campaign import RefusedRow

NO_COUNTRY = "no_country"
_DUPLICATE = "duplicate"
_NOT_DIALABLE = "not_dialable"


def reason(tongue: Tongue, why: str, country: str = "") -> str:
    """Give a refusal in words: `not_dialable: toll_free`, `no_country: FR`, `duplicate`, a number's why."""
    word, _, detail = why.partition(": ")
    if word == NO_COUNTRY:
        return tongue.say("why.no_country", country=detail or country or "-")
    if word == _DUPLICATE:
        return tongue.say("why.duplicate")
    told = detail if word == _NOT_DIALABLE and detail else why
    return tongue.phrase(told.replace("_", " "))


def refused_line(tongue: Tongue, row: RefusedRow) -> str:
    """Give a refused row as people read it: `line 4: '12': short code`."""
    why = reason(tongue, printable(row.why))
    return tongue.say("did.bad", line=row.line or "-", number=row.raw, why=why)
