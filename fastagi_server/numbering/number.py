"""A telephone number as we understood it, and why it may or may not be dialed."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Why(enum.StrEnum):
    """What was found: OK alone is dialable, every other word says why not."""

    OK = "ok"
    EMPTY = "empty"
    CONTROL_CHARACTER = "control_character"
    LETTER = "letter"
    CHARACTER = "character"
    NO_COUNTRY_CODE = "no_country_code"
    OUTSIDE = "outside"  # another continent's: its plan is not looked at
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SHORT_CODE = "short_code"
    UNASSIGNED = "unassigned"
    FICTITIOUS = "fictitious"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    COMPANY_WIDE = "company_wide"
    VOICEMAIL = "voicemail"
    OTHER_COUNTRY = "other_country"  # it may be dialed, and is not where the list says
    ROUNDED = "rounded"  # a spreadsheet's 5.25512E+12


# What may be shown as a caller ID: a number that nobody may ring without cost to him may still be shown.
MAY_SHOW = frozenset({Why.OK, Why.TOLL_FREE})


_NOT_WHOLE = frozenset({Why.TOO_SHORT, Why.TOO_LONG, Why.SHORT_CODE, Why.ROUNDED})


class Rule(enum.StrEnum):
    """The correction that made an outdated writing into today's number."""

    MEXICO_OLD_PREFIX = "mexico_old_prefix"
    BRAZIL_NINTH_DIGIT = "brazil_ninth_digit"
    COLOMBIA_AREA_CODE = "colombia_area_code"
    ARGENTINA_MOBILE_TWICE = "argentina_mobile_twice"


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number: as given (its first 64 characters), in E.164 with +, and the region of ISO 3166-1.

    `e164` and `iso` are empty where they are not known; a number that must not be dialed may have both.
    """

    raw: str
    why: Why
    e164: str = ""
    iso: str = ""
    rule: Rule | None = None

    @property
    def dialable(self) -> bool:
        """Say whether the number is of a kind that may be called at all."""
        return self.why is Why.OK

    @property
    def whole(self) -> bool:
        """Say whether it is one whole number, though perhaps none that we would dial."""
        return bool(self.e164) and self.why not in _NOT_WHOLE


_new = object.__new__


def known(raw: str, why: Why, e164: str, iso: str) -> Number:
    """Make a Number as its class does, in half the time: a list has a million of them."""
    number = _new(Number)
    fields = number.__dict__
    fields["raw"], fields["why"], fields["e164"], fields["iso"], fields["rule"] = raw, why, e164, iso, None
    return number
