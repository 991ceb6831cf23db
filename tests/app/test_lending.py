from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fastagi_server.agi.errors import Gone
from fastagi_server.ami import events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.app.lending import OWN, Lending
from fastagi_server.asterisk.errors import NoLinkError
from fastagi_server.asterisk.trunk import addresses
from fastagi_server.callerid.choice import Choice
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.dialer.gate import NO_LINK
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.ivr.answers import Lent
from fastagi_server.store.errors import NotDurableError
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.campaign import No
from fastagi_server.telephony.country import Country

STRANGER = "1795457534.0"
OURS = mint(1.0, b"0123456789")
NUMBER = "+525512345678"
CHOICE = Choice(number="+525550009000", uses=0, last_at=0.0, of=2)
LENT = Lent(callerid=CHOICE.number, why=CHOICE.why(), country="mexico")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a double made it wait")


class Desk:
    """Everything that lending asks, in one place, answering as it is told to."""

    def __init__(self) -> None:
        self.why_not = ""
        self.opted_out: set[str] = set()
        self.answer: Any = CHOICE
        self.asked: list[tuple[str, bool, str | None]] = []
        self.addresses: Mapping[str, str] = {}
        self.linked = True

    def known(self, call: CallId) -> Any:
        record = SimpleNamespace(number=NUMBER, country="mexico", callerid="+525550009001")
        return record if call == OURS else None

    async def is_opted_out(self, number: str) -> bool:
        return number in self.opted_out

    async def lend(self, country: str, *, lab: bool, callee: str | None) -> Any:
        self.asked.append((country, lab, callee))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def ask(self, action: Action) -> Answered:
        if not self.linked:
            raise NoLinkError(where="127.0.0.1:5038", action=action.action)
        address = self.addresses[action.endpoint]  # type: ignore[attr-defined]
        told = events.ContactStatusDetail(uri=f"sip:{address}:5060")
        return Answered(action_id="1", action=action, response=Response(response="Success"), events=(told,))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def asks(desk: Desk, settings: Settings, countries: tuple[Country, ...]) -> Callable[..., Lent]:
    def ask(asked: str, uniqueid: str = STRANGER, **changes: Any) -> Lent:
        both: Any = desk
        lending = Lending(
            engine=both,
            ledger=both,
            lender=both,
            settings=replace(settings, **changes),
            countries=countries,
            leads=lambda dial: addresses(dial, desk.ask),
        )
        lent: Lent = run(lending.lend(uniqueid=uniqueid, asked=asked))
        return lent

    return ask


Asks = Callable[..., Lent]


@pytest.mark.parametrize("asked", [NUMBER, "525512345678", "52 55 1234 5678", "5215512345678"])
def test_a_number_is_lent_a_caller_id_of_its_country(asks: Asks, desk: Desk, asked: str) -> None:
    assert asks(asked) == LENT
    assert desk.asked == [("mexico", False, NUMBER)]


@pytest.mark.parametrize("asked", ["mexico", "MX", "mx"])
def test_a_country_names_nobody_on_the_list(asks: Asks, desk: Desk, asked: str) -> None:
    assert asks(asked) == LENT
    assert desk.asked == [("mexico", False, None)]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("", "not_dialable: empty"),
        ("atlantis", "not_dialable: letter"),
        ("911", "not_dialable: short_code"),
        ("1" * 9000, "not_dialable: too_long"),
        ("+5255;1234 \\ \"'${SHELL(x)}", "not_dialable: character"),
        ("\x00\x1b", "not_dialable: control_character"),
        ("+56221234567", "no_country: CL"),
    ],
)
def test_rubbish_is_answered_and_never_reaches_the_store(
    asks: Asks, desk: Desk, asked: str, why: str
) -> None:
    assert asks(asked) == Lent(callerid="", why=why, country="")
    assert desk.asked == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Exhausted(country="mexico", why="all 2 caller IDs are at their cap", until=1.0), "all 2 caller IDs"),
        (No.OPTED_OUT, "opted_out"),
        (NotDurableError(why="disk\nfull"), "could not promise the work"),
    ],
)
def test_where_there_is_none_it_says_why(asks: Asks, desk: Desk, answer: object, why: str) -> None:
    desk.answer = answer

    lent = asks(NUMBER)

    assert lent.callerid == ""
    assert why in lent.why


def test_the_sessions_own_end_is_not_answered(asks: Asks, desk: Desk) -> None:
    desk.answer = Gone()

    with pytest.raises(Gone):
        asks(NUMBER)


def test_before_asterisks_kept_opt_outs_are_taken_over_nothing_is_lent(asks: Asks, desk: Desk) -> None:
    desk.why_not = NO_LINK

    assert asks(NUMBER) == Lent(callerid="", why=NO_LINK, country="mexico")
    assert desk.asked == []


@pytest.mark.parametrize("asked", [NUMBER, "mexico"])
def test_a_call_of_ours_keeps_what_it_has_and_is_not_counted_again(
    asks: Asks, desk: Desk, asked: str
) -> None:
    assert asks(asked, OURS) == Lent(callerid="+525550009001", why=OWN, country="mexico")
    assert desk.asked == []


def test_a_call_of_ours_whose_callee_has_opted_out_is_lent_nothing(asks: Asks, desk: Desk) -> None:
    desk.opted_out.add(NUMBER)

    assert asks(NUMBER, OURS) == Lent(callerid="", why="opted_out", country="mexico")


@pytest.mark.parametrize("asked", ["+525587654321", "usa"])
def test_a_call_of_ours_that_calls_somebody_else_counts_as_any(asks: Asks, desk: Desk, asked: str) -> None:
    assert asks(asked, OURS).callerid == CHOICE.number
    assert len(desk.asked) == 1


def test_an_id_that_nobody_knows_is_a_strangers(asks: Asks) -> None:
    assert asks(NUMBER, mint(2.0, b"0123456789")) == LENT


NEAR, FAR = Trunk(dial="PJSIP/{number}@near"), Trunk(dial="PJSIP/{number}@far")
ODD = Trunk(dial="DAHDI/g0/{number}")


@pytest.mark.parametrize(
    ("lab", "trunks", "expected"),
    [
        (True, {"near": NEAR}, True),
        (True, {"near": NEAR, "far": FAR}, False),
        (True, {"odd": ODD}, False),
        (True, {}, False),
        (False, {"near": NEAR}, False),
    ],
)
def test_a_labs_numbers_are_lent_only_where_no_trunk_leads_away(
    asks: Asks, desk: Desk, lab: bool, trunks: dict[str, Trunk], expected: bool
) -> None:
    desk.addresses = {"near": "127.0.0.1", "far": "203.0.113.9"}

    asks(NUMBER, lab=lab, trunks=trunks)

    assert desk.asked == [("mexico", expected, NUMBER)]


def test_a_lab_that_cannot_ask_where_its_trunks_lead_lends_nothing(asks: Asks, desk: Desk) -> None:
    desk.linked = False

    lent = asks(NUMBER, lab=True, trunks={"near": NEAR})

    assert lent.callerid == ""
    assert "no link to Asterisk" in lent.why
    assert desk.asked == []


def test_who_was_lent_what_is_one_line_without_the_callee(
    asks: Asks, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "discador"):
        asks(NUMBER)
        desk.answer = No.OPTED_OUT
        asks(NUMBER, "forged\ncallerid lent")

    assert [each.getMessage() for each in caplog.records] == [
        "callerid lent: country=mexico callerid=+525550009000 uniqueid='1795457534.0' why=" + CHOICE.why(),
        "callerid not lent: country=mexico callerid=- uniqueid='forged\\ncallerid lent' why=opted_out",
    ]
