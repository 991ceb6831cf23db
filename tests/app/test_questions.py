from __future__ import annotations

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from fastagi_server.app.questions import Questions
from fastagi_server.ivr.answers import Lent
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError

OURS = mint(1.0, b"0123456789")


class Engine:
    def __init__(self, *, knows: bool) -> None:
        self._knows = knows
        self.calls: list[tuple[CallId, str, str]] = []
        self.numbers: list[tuple[str, str, str]] = []

    def known(self, call: CallId) -> Any:
        return SimpleNamespace(number="+525512345678") if self._knows and call == OURS else None

    async def opt_out(self, *, call: CallId, digit: str, source: str) -> bool:
        self.calls.append((call, digit, source))
        return self._knows

    async def opt_out_number(self, number: str, *, digit: str, source: str) -> None:
        self.numbers.append((number, digit, source))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    with pytest.raises(StopIteration) as done:
        work.send(None)
    return done.value.value


class Lending:
    async def lend(self, *, uniqueid: str, asked: str) -> Lent:
        return Lent(callerid="+525550009000", why=f"{uniqueid} asked", country=asked)


def questions(engine: Engine, countries: tuple[Country, ...] = ()) -> Questions:
    return Questions(engine=engine, countries=countries, lending=Lending())  # type: ignore[arg-type]


def test_countries_are_known_by_their_slugs_and_codes(countries: tuple[Country, ...]) -> None:
    asked = questions(Engine(knows=True), countries)

    for word in ("mexico", "MX", "mx", "México"):
        mexico = asked.country(word)
        assert mexico is not None
        assert mexico.slug == "mexico"
    assert asked.country("atlantis") is None
    assert asked.country("") is None
    assert "mexico" in asked.slugs().split(", ")


def test_a_call_of_ours_is_its_own_evidence() -> None:
    engine = Engine(knows=True)

    assert run(questions(engine).opt_out(uniqueid=OURS, digit="9", number="+525512345678")) is True
    assert engine.calls == [(OURS, "9", "key")]
    assert engine.numbers == []


@pytest.mark.parametrize("uniqueid", [OURS, "1795457534.0"])
def test_a_strangers_call_counts_by_the_number_it_names(uniqueid: str) -> None:
    engine = Engine(knows=False)

    assert run(questions(engine).opt_out(uniqueid=uniqueid, digit="2", number="52 55 1234 5678")) is True
    assert engine.numbers == [("+525512345678", "2", "dialplan")]


@pytest.mark.parametrize("number", [None, ""])
def test_a_call_that_nobody_knows_is_not_promised(number: str | None) -> None:
    engine = Engine(knows=False)

    assert run(questions(engine).opt_out(uniqueid="1795457534.0", digit="9", number=number)) is False
    assert engine.calls == []
    assert engine.numbers == []


def test_a_number_that_is_none_is_refused_by_name() -> None:
    work = questions(Engine(knows=False)).opt_out(uniqueid="1.0", digit="9", number="anonymous")

    with pytest.raises(BadInputError, match="optout number is 'anonymous'"):
        work.send(None)


def test_a_number_that_may_not_be_dialed_may_opt_out_all_the_same() -> None:
    engine = Engine(knows=False)

    assert run(questions(engine).opt_out(uniqueid="1.0", digit="9", number="+18005550199")) is True
    assert engine.numbers == [("+18005550199", "9", "dialplan")]


def test_the_callee_of_a_call_of_ours_is_known_and_a_strangers_is_not() -> None:
    asked = questions(Engine(knows=True))

    assert asked.callee(OURS) == "+525512345678"
    assert asked.callee(mint(2.0, b"0123456789")) == ""
    assert asked.callee("1795457534.0") == ""


@pytest.mark.parametrize(
    ("number", "slug", "why"),
    [
        ("12125562003", "usa", ""),
        ("+52 55 1234 5678", "mexico", ""),
        ("+56221234567", None, "no_country"),
        ("2125562003", None, "outside"),
        ("12125550100", "usa", "fictitious"),
        ("anonymous", None, "letter"),
    ],
)
def test_a_number_is_what_discador_number_says(
    countries: tuple[Country, ...], number: str, slug: str | None, why: str
) -> None:
    about = questions(Engine(knows=False), countries).about(number)

    assert about.country is None if slug is None else about.country is not None
    assert (about.country.slug if about.country else None, about.why) == (slug, why)


def test_lending_is_the_lenders() -> None:
    lent = run(questions(Engine(knows=False)).lend(uniqueid="1.0", asked="mexico"))

    assert (lent.callerid, lent.why, lent.country) == ("+525550009000", "1.0 asked", "mexico")
