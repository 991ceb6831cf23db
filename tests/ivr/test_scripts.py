from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.agi.drive import Drive, Stage
from fastagi_server.ivr.answers import About, Lent
from fastagi_server.ivr.scripts import NoCountryError, UnknownScriptError, route, scripts
from fastagi_server.numbering.country import country_of
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.country import Country, Texts

OURS = mint(1.0, b"0123456789")
DURABLE, UNKNOWN = True, False
STRANGER = "1795457534.0"
DONE = b"200 result=1\n"
SET = re.compile(r'SET VARIABLE "(\w+)" "(.*)"\n')
MEXICO = Country(
    slug="mexico",
    iso="MX",
    languages=("es-419",),
    texts=Texts(identification="a", optout="b", offer="c"),
    connect_key="3",
)


class Durable:
    """What a script awaits that is not ours, as a Deferred is: yields itself, resumed from outside."""

    def __await__(self) -> Generator[Any, Any, bool]:
        return (yield self)  # type: ignore[no-any-return]


class Calls:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        self.lent: list[tuple[str, str]] = []
        self.durable = Durable()

    def country(self, slug: str) -> Country | None:
        return MEXICO if slug == "mexico" else None

    def slugs(self) -> str:
        return "mexico"

    def callee(self, uniqueid: str) -> str:
        return "+525512345678" if uniqueid == OURS else ""

    def about(self, number: str) -> About:
        known = parse(number)
        return About(number=known, country=country_of(known, (MEXICO,)))

    async def lend(self, *, uniqueid: str, asked: str) -> Lent:
        self.lent.append((uniqueid, asked))
        await self.durable
        return Lent(callerid="+525550009000", why="idle longest", country="mexico")

    async def opt_out(self, *, uniqueid: str, digit: str, number: str | None) -> bool:
        self.asked.append((uniqueid, digit, number))
        return await self.durable


def request(
    script: str, *arguments: str, uniqueid: str = OURS, extension: str = "s", dnid: str = ""
) -> bytes:
    lines = [
        "agi_network: yes",
        f"agi_network_script: {script}",
        f"agi_request: agi://127.0.0.1/{script}",
        "agi_channel: PJSIP/carrier-00000001",
        f"agi_uniqueid: {uniqueid}",
        f"agi_extension: {extension}",
        f"agi_dnid: {dnid or 'unknown'}",
        *(f"agi_arg_{position}: {value}" for position, value in enumerate(arguments, 1)),
    ]
    return "\n".join([*lines, "", ""]).encode()


class Asterisk:
    """The dialplan's end of one session."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.drive = Drive(route(scripts(self.calls)))

    def asks(self, script: str, *arguments: str, uniqueid: str = OURS, **others: str) -> bytes:
        return self.drive.receive(request(script, *arguments, uniqueid=uniqueid, **others))

    def hears(self, said: bytes) -> dict[str, str]:
        """Set what is told to be set, until the session is over."""
        told = {}
        while said:
            name, value = SET.fullmatch(said.decode()).groups()  # type: ignore[union-attr]
            told[name] = value
            said = self.drive.receive(DONE)
        return told


@pytest.fixture
def asterisk() -> Asterisk:
    return Asterisk()


@pytest.mark.parametrize(
    ("status", "answer"), [("HUMAN", b"play"), ("MACHINE", b"hangup"), ("NOTSURE", b"play"), ("", b"play")]
)
def test_answered_says_what_a_verdict_means(asterisk: Asterisk, status: str, answer: bytes) -> None:
    heard = asterisk.asks("answered", status, "HUMAN-801-800", "mexico")

    assert heard == b'SET VARIABLE "DISCADOR_ANSWERED" "' + answer + b'"\n'
    assert asterisk.drive.receive(DONE) == b""
    assert asterisk.drive.stage is Stage.FINISHED


@pytest.mark.parametrize(
    ("digit", "meaning"), [("3", b"connect"), ("9", b"optout"), ("0", b"repeat"), ("7", b"invalid")]
)
def test_key_says_what_a_digit_means(asterisk: Asterisk, digit: str, meaning: bytes) -> None:
    assert asterisk.asks("key", digit, "mexico") == b'SET VARIABLE "DISCADOR_KEY" "' + meaning + b'"\n'
    asterisk.drive.receive(DONE)
    assert asterisk.drive.stage is Stage.FINISHED


def test_key_confirms_what_the_callee_was_told_though_the_keys_are_others_now(asterisk: Asterisk) -> None:
    told = asterisk.asks("key", "5", "mexico", "connect")

    assert told == b'SET VARIABLE "DISCADOR_KEY" "connect"\n'


def test_optout_is_durable_before_the_dialplan_is_told(asterisk: Asterisk) -> None:
    heard = asterisk.asks("optout", "9", "mexico")

    assert heard == b""
    assert asterisk.drive.stage is Stage.FOREIGN
    assert asterisk.drive.awaiting is asterisk.calls.durable
    assert asterisk.calls.asked == [(OURS, "9", None)]

    told = asterisk.drive.resume(DURABLE, asterisk.calls.durable)

    assert told == b'SET VARIABLE "DISCADOR_OPTOUT" "done"\n'


def test_optout_of_a_call_that_nobody_knows_sets_nothing(asterisk: Asterisk) -> None:
    asterisk.asks("optout", "9", "mexico", uniqueid="1795457534.0")

    assert asterisk.drive.resume(UNKNOWN, asterisk.calls.durable) == b""
    assert asterisk.drive.stage is Stage.FINISHED


def test_optout_that_is_not_durable_sets_nothing(asterisk: Asterisk) -> None:
    asterisk.asks("optout", "9", "mexico")
    lost = OSError("the disk is full")

    assert asterisk.drive.throw(lost, asterisk.calls.durable) == b""
    assert asterisk.drive.failure is lost


def test_a_foreign_dialplan_names_the_number(asterisk: Asterisk) -> None:
    asterisk.asks("optout", "2", "mexico", "+525512345678", uniqueid="1795457534.0")

    assert asterisk.calls.asked == [("1795457534.0", "2", "+525512345678")]


@pytest.mark.parametrize("digit", ["", "99", "x", "9" * 4000])
def test_what_is_no_key_opts_out_all_the_same_and_is_not_written_down(asterisk: Asterisk, digit: str) -> None:
    asterisk.asks("optout", digit, "mexico", "+525512345678")

    assert asterisk.calls.asked == [(OURS, "", "+525512345678")]


def test_an_empty_number_counts_as_none(asterisk: Asterisk) -> None:
    asterisk.asks("optout", "9", "mexico", "")

    assert asterisk.calls.asked == [(OURS, "9", None)]


def test_a_callee_who_hangs_up_meanwhile_is_opted_out_all_the_same(asterisk: Asterisk) -> None:
    asterisk.asks("optout", "9", "mexico")
    asterisk.drive.receive(b"HANGUP\n")

    assert (
        asterisk.drive.resume(DURABLE, asterisk.calls.durable) == b'SET VARIABLE "DISCADOR_OPTOUT" "done"\n'
    )


def test_an_unknown_script_sets_nothing_and_names_the_known(asterisk: Asterisk) -> None:
    assert asterisk.asks("answer", "HUMAN") == b""
    assert isinstance(asterisk.drive.failure, UnknownScriptError)
    assert asterisk.drive.failure.sentence() == (
        "There is no FastAGI script 'answer'; there are answered, key, optout, country, callerid."
    )


@pytest.mark.parametrize(
    ("script", "arguments", "slug"),
    [
        ("answered", ("HUMAN", "HUMAN-1-1", "atlantis"), "atlantis"),
        ("answered", (), ""),
        ("key", ("3", "atlantis"), "atlantis"),
        ("key", ("3",), ""),
    ],
)
def test_without_a_known_country_nothing_is_set(
    asterisk: Asterisk, script: str, arguments: tuple[str, ...], slug: str
) -> None:
    assert asterisk.asks(script, *arguments) == b""
    assert isinstance(asterisk.drive.failure, NoCountryError)
    assert asterisk.drive.failure.details == {"script": script, "slug": slug, "known": "mexico"}


def test_country_says_what_a_number_is_and_whether_it_may_be_dialed(asterisk: Asterisk) -> None:
    told = asterisk.hears(asterisk.asks("country", "525587654321", uniqueid=STRANGER))

    assert asterisk.drive.stage is Stage.FINISHED
    assert list(told) == [
        "DISCADOR_COUNTRY",
        "DISCADOR_ISO",
        "DISCADOR_E164",
        "DISCADOR_CONNECT_KEY",
        "DISCADOR_OPTOUT_KEY",
        "DISCADOR_REPEAT_KEY",
        "DISCADOR_WHY",
        "DISCADOR_DIALABLE",
    ]
    assert (told["DISCADOR_E164"], told["DISCADOR_CONNECT_KEY"]) == ("+525587654321", "3")
    assert told["DISCADOR_DIALABLE"] == "yes"


@given(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=200))
def test_whatever_is_asked_country_answers(rubbish: str) -> None:
    asterisk = Asterisk()

    told = asterisk.hears(asterisk.asks("country", rubbish, uniqueid=STRANGER))

    assert asterisk.drive.stage is Stage.FINISHED
    assert (told["DISCADOR_DIALABLE"], told["DISCADOR_WHY"]) == ("no", parse(rubbish).why) or told[
        "DISCADOR_DIALABLE"
    ] == "yes"


@pytest.mark.parametrize(
    ("arguments", "uniqueid", "extension", "dnid", "asked"),
    [
        (("mexico",), STRANGER, "525500000001", "", "mexico"),
        ((), STRANGER, "525500000001", "525500000002", "525500000001"),
        ((), STRANGER, "+525500000001", "", "+525500000001"),
        ((), STRANGER, "s", "525500000002", "525500000002"),
        ((), STRANGER, "s", "", "unknown"),
        # A call of ours runs in an s of its own; whom it has called is known all the same.
        ((), OURS, "s", "", "+525512345678"),
        # An argument that came out empty is a mistake in the dialplan, not the wish for another number.
        (("",), OURS, "525500000001", "525500000002", ""),
    ],
)
def test_the_number_is_the_argument_or_else_the_one_that_the_call_is_for(
    asterisk: Asterisk, arguments: tuple[str, ...], uniqueid: str, extension: str, dnid: str, asked: str
) -> None:
    asterisk.asks("callerid", *arguments, uniqueid=uniqueid, extension=extension, dnid=dnid)

    assert asterisk.calls.lent == [(uniqueid, asked)]


def test_a_caller_id_is_told_once_its_use_is_durable(asterisk: Asterisk) -> None:
    assert asterisk.asks("callerid", "525587654321", uniqueid=STRANGER) == b""
    assert asterisk.drive.stage is Stage.FOREIGN

    told = asterisk.hears(asterisk.drive.resume(DURABLE, asterisk.calls.durable))

    assert list(told.items()) == [
        ("DISCADOR_COUNTRY", "mexico"),
        ("DISCADOR_CALLERID_WHY", "idle longest"),
        ("DISCADOR_CALLERID", "+525550009000"),
    ]


def test_a_caller_id_that_is_not_durable_is_not_told(asterisk: Asterisk) -> None:
    asterisk.asks("callerid", "525587654321", uniqueid=STRANGER)

    assert asterisk.drive.throw(OSError("the disk is full"), asterisk.calls.durable) == b""
