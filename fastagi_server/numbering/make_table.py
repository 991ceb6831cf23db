"""The table is made here from the library's metadata; scripts/generate runs it when phonenumbers is renewed.

Each region's patterns are walked together, digit by digit, and the steps
that lead to the same ends are written once; nothing is sampled, so what the library says the table says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc
from phonenumbers.phonenumberutil import is_number_type_geographical

from fastagi_server.numbering import make_zones
from fastagi_server.numbering.americas import CALLING_CODES, TABLE_FILE, ZONES_FILE
from fastagi_server.numbering.authority import KINDS, length_means
from fastagi_server.numbering.number import Why
from fastagi_server.numbering.pattern import DIGITS, END, Pattern, Positions
from fastagi_server.numbering.writing import MAX_DIGITS

HERE = Path(__file__).parent
_Kind = phonenumbers.PhoneNumberType
# The library asks in this order, and the first that fits is the kind; fixed and mobile are asked together.
_ORDER = (
    ("premium_rate", _Kind.PREMIUM_RATE), ("toll_free", _Kind.TOLL_FREE), ("shared_cost", _Kind.SHARED_COST),
    ("voip", _Kind.VOIP), ("personal_number", _Kind.PERSONAL_NUMBER), ("pager", _Kind.PAGER),
    ("uan", _Kind.UAN), ("voicemail", _Kind.VOICEMAIL), ("fixed_line", _Kind.FIXED_LINE),
    ("mobile", _Kind.MOBILE),
)  # fmt: skip
_PASSED = frozenset({-1})  # where a head has been seen, whatever follows


class Head:
    """A pattern that need only stand at the head of the digits."""

    def __init__(self, text: str) -> None:
        self._pattern = Pattern(text)
        self.first = self._pattern.first

    def step(self, here: Positions, digit: str) -> Positions:
        """Go on by a digit; once the head was there the rest is no matter."""
        if here == _PASSED:
            return here
        there = self._pattern.step(here, digit)
        return _PASSED if END in there else there


class Whole:
    """A description of the metadata: a pattern for all the digits, and the lengths that they may have."""

    def __init__(self, desc: PhoneNumberDesc | None) -> None:
        text = desc.national_number_pattern if desc else None
        self._pattern = Pattern(text) if text else None
        self._lengths = desc.possible_length if desc else ()
        self.first = self._pattern.first if self._pattern else frozenset()

    def step(self, here: Positions, digit: str) -> Positions:
        """Go on by a digit."""
        return self._pattern.step(here, digit) if self._pattern else here

    def fits(self, here: Positions, length: int) -> bool:
        """Say whether the digits so far are one of these."""
        return END in here and (not self._lengths or length in self._lengths)


class Region:
    """One region of a plan: the head of its digits, where it has one, and each kind's description."""

    def __init__(self, iso: str) -> None:
        metadata = PhoneMetadata.metadata_for_region(iso)
        assert metadata is not None
        self.iso = iso
        self.leading = metadata.leading_digits or ""
        self._kinds = tuple(kind for _, kind in _ORDER)
        self.parts: tuple[Head | Whole, ...] = (
            Head(self.leading),
            Whole(metadata.general_desc),
            *(Whole(getattr(metadata, name)) for name, _ in _ORDER),
        )
        self.first = tuple(part.first for part in self.parts)

    def step(self, here: tuple[Positions, ...], digit: str) -> tuple[Positions, ...] | None:
        """Go on by a digit, None when no digits that follow can be of this region."""
        there = tuple(part.step(at, digit) for part, at in zip(self.parts, here, strict=True))
        alive = there[0] == _PASSED or there[1] if self.leading else there[1]
        return there if alive and (there[0] or not self.leading) else None

    def kind(self, here: tuple[Positions, ...], length: int) -> int | None:
        """Give the kind of the digits so far in the library's words; None when the region has none such."""
        _, general, *kinds = self.parts
        if self.leading and here[0] != _PASSED:
            return None
        assert isinstance(general, Whole)
        if not general.fits(here[1], length):
            return None
        fitting = {
            kind
            for kind, part, at in zip(self._kinds, kinds, here[2:], strict=True)
            if isinstance(part, Whole) and part.fits(at, length)
        }
        if fitting == {_Kind.FIXED_LINE, _Kind.MOBILE}:
            return _Kind.FIXED_LINE_OR_MOBILE
        return next((kind for kind in self._kinds if kind in fitting), None)


@dataclass(frozen=True)
class _State:
    """Where the digits so far are in each region (None: out of it), in the prefix and in the exceptions."""

    regions: tuple[tuple[Positions, ...] | None, ...]
    prefix: Positions
    service: Positions
    film: Positions


@dataclass
class _Maker:
    """Steps and verdicts of all plans, each written once."""

    steps: dict[str, int] = field(default_factory=dict)
    verdicts: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def step(self, ways: Mapping[str, int], verdict: int | None) -> int:
        """Give the number of a step."""
        row: dict[str, int] = {} if verdict is None else {"": verdict}
        for to in sorted(set(ways.values())):
            row["".join(digit for digit in DIGITS if ways.get(digit) == to)] = to
        return self.steps.setdefault(json.dumps(row), len(self.steps))

    def verdict(self, why: Why, iso: str, *, geographic: bool, plain: bool) -> int:
        """Give the number of a verdict."""
        return self.verdicts.setdefault((why, iso, geographic, plain), len(self.verdicts))


class _Walk:
    """All digits of one calling code, walked at once."""

    def __init__(self, code: str, maker: _Maker) -> None:
        self._code, self._maker = code, maker
        self.regions = [Region(iso) for iso in phonenumbers.region_codes_for_country_code(int(code))]
        self.main = PhoneMetadata.metadata_for_region(self.regions[0].iso)
        assert self.main is not None
        self._prefix = Head(self.main.national_prefix_for_parsing or "")
        north_american = code == "1"
        # No region's pattern looks at the exchange: N11 are services, 555-01xx are for films.
        self._service = Whole(_described(r"\d{3}\d11\d{4}" if north_american else None))
        self._film = Whole(_described(r"\d{3}55501\d\d" if north_american else None))
        self._seen: dict[tuple[_State, int], int | None] = {}

    def start(self) -> int:
        """Walk all; give the number of the first step."""
        state = _State(
            regions=tuple(region.first for region in self.regions),
            prefix=self._prefix.first,
            service=self._service.first,
            film=self._film.first,
        )
        started = self._go(state, 0)
        assert started is not None
        return started

    def _go(self, state: _State, length: int) -> int | None:
        if (state, length) not in self._seen:
            self._seen[state, length] = self._look(state, length)
        return self._seen[state, length]

    def _look(self, state: _State, length: int) -> int | None:
        if not any(state.regions) or length > MAX_DIGITS:
            return None
        ways = {digit: self._go(self._next(state, digit), length + 1) for digit in DIGITS}
        there = {digit: to for digit, to in ways.items() if to is not None}
        verdict = self._verdict(state, length)
        return None if verdict is None and not there else self._maker.step(there, verdict)

    def _next(self, state: _State, digit: str) -> _State:
        return _State(
            regions=tuple(
                here and region.step(here, digit)
                for region, here in zip(self.regions, state.regions, strict=True)
            ),
            prefix=self._prefix.step(state.prefix, digit),
            service=self._service.step(state.service, digit),
            film=self._film.step(state.film, digit),
        )

    def _verdict(self, state: _State, length: int) -> int | None:
        for region, here in zip(self.regions, state.regions, strict=True):
            kind = region.kind(here, length) if here else None
            if kind is not None:
                why = KINDS[kind]
                if why is Why.OK and END in state.service:
                    why = Why.UNASSIGNED
                elif why is Why.OK and END in state.film:
                    why = Why.FICTITIOUS
                geographic = is_number_type_geographical(kind, int(self._code))
                plain = state.prefix != _PASSED
                return self._maker.verdict(why, region.iso, geographic=geographic, plain=plain)
            if here and region.leading and here[0] == _PASSED:
                return None  # the region's digits, and no number of it
        return None


def _described(text: str | None) -> PhoneNumberDesc | None:
    return PhoneNumberDesc(national_number_pattern=text) if text else None


def make() -> dict[str, Any]:
    """Give what is written to the table's file."""
    maker = _Maker()
    plans = {code: _plan(code, maker) for code in CALLING_CODES}
    codes = sorted(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    return {
        "made_from": phonenumbers.__version__,
        "outside": [code for code in codes if code not in CALLING_CODES],
        "verdicts": [list(each) for each in maker.verdicts],
        "plans": plans,
        "steps": [json.loads(each) for each in maker.steps],
    }


def _plan(code: str, maker: _Maker) -> dict[str, Any]:
    walk = _Walk(code, maker)
    alone = len(walk.regions) == 1
    regions = [f"(?P<{each.iso}>{each.leading})" for each in walk.regions if each.leading or alone]
    main = walk.main
    assert main is not None
    return {
        "main": walk.regions[0].iso,
        "start": walk.start(),
        "lengths": [Why.SHORT_CODE, *(length_means(each, int(code)) for each in range(1, MAX_DIGITS + 1))],
        "regions": "|".join(regions),
        "prefix": main.national_prefix_for_parsing or "",
        "transformed": main.national_prefix_transform_rule or "",
        "whole": main.general_desc.national_number_pattern if main.general_desc else "",
    }


def written(made: Mapping[str, Any]) -> str:
    """Write JSON with one line for each entry of what is long, so that a renewal can be read as a change."""
    lines = []
    for key, value in made.items():
        lines.append(f"{json.dumps(key)}: {_lines(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n}"
    if isinstance(value, list) and value and not isinstance(value[0], str):
        return "[\n" + ",\n".join(_rows(value)) + "\n]"
    return json.dumps(value)


def _rows(value: Iterable[Any]) -> list[str]:
    return [json.dumps(each) for each in value]


def files() -> dict[str, str]:
    """Give the text of each file that is made."""
    return {TABLE_FILE: written(make()), ZONES_FILE: written(make_zones.make())}


def main() -> None:
    """Write the files anew."""
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
