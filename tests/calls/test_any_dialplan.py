"""A dialplan that is not ours asks what a number is and which caller ID to show: docs/dialplan.md's example.

What the carrier wrote is the truth.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fastagi_server.config import countries
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.paths import Side
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from fastagi_server.telephony import frames
from tests.calls.ringing import Onlooker, wait_until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

PAGE = Path(__file__).parents[2] / "docs" / "dialplan.md"
EXAMPLE = re.compile(r"<!-- any dialplan -->\n```\n(.*?)```", re.DOTALL)
OWNED = ("+13053200001", "+13053200002")
CAP = 3
BUSY = "40"
# What the example does not show: no argument in an extension that is a number, one that came out empty, and
# the opt-out of a number that no call of ours is the evidence for.
MORE = """
[my-bare]
exten => _X.,1,AGI(agi://127.0.0.1:4573/country)
 same => n,Hangup()

[my-mistake]
exten => _X.,1,AGI(agi://127.0.0.1:4573/country,${NOTHING})
 same => n,Hangup()

[my-optout]
exten => _X.,1,AGI(agi://127.0.0.1:4573/optout,9,usa,${EXTEN})
 same => n,Hangup()
"""


class Foreign:
    """The lab's Asterisk with somebody else's contexts in it, and Discador beside it."""

    def __init__(self, where: lab.Lab, command: Path) -> None:
        self.lab = where
        self.discador = Service(lab=where, command=command)
        self.discador.once("db", "upgrade")
        self.discador.once("apply")
        self._own()
        self._write()
        self.onlooker = Onlooker(where)
        self.onlooker.start()
        self._asterisk = where.witness()
        self._asterisk.action("Command", ("Command", "dialplan reload"))

    def _own(self) -> None:
        path = self.lab.paths.data / "dids.csv"
        path.write_text("\n".join(("number", *OWNED)))
        self.discador.once("did", "import", str(path), "--lab")
        self.discador.once("did", "limit", "usa", str(CAP), "--who", "the test")

    def _write(self) -> None:
        """Add the page's example to the operator's own file, its server's address made this lab's."""
        found = EXAMPLE.search(PAGE.read_text("utf-8"))
        assert found is not None
        text = (found[1] + MORE).replace(":4573/", f":{self.lab.ports.fastagi}/")
        with (self.lab.paths.side(Side.DIALER) / "etc/extensions.conf").open("a") as file:
            file.write(f"\n{text}")

    def leave(self) -> None:
        self.onlooker.leave()
        self._asterisk.close()
        self.discador.stop()

    def ready(self) -> bool:
        standing = next(ask(self.discador.desk, frames.Ask(), patience=20))
        return isinstance(standing, frames.Standing) and standing.ready

    def calls(self, context: str, numbers: Sequence[str], seconds: float = 20) -> list[dict[str, str]]:
        """Run a context for all numbers at once and give the variables that each was told."""
        ids = [f"{context}-{number:>012}" for number in numbers]
        for number, call in zip(numbers, ids, strict=True):
            self._asterisk.action(
                "Originate",
                ("Channel", f"Local/{number}@{context}/n"),
                ("Application", "Wait"),
                ("Data", "5"),
                ("ChannelId", f"{call}-near"),
                ("OtherChannelId", f"{call}-plan"),
                ("Async", "true"),
            )
        plans = [f"{call}-plan" for call in ids]
        wait_until(lambda: all(self.onlooker.ended(plan) for plan in plans), seconds, "all have ended")
        return [self._told(plan) for plan in plans]

    def _told(self, plan: str) -> dict[str, str]:
        events = [event for _, event in self.onlooker.of(plan) if event["Event"] == "VarSet"]
        return {event["Variable"]: event["Value"] for event in events}

    def shown(self, numbers: Sequence[str]) -> list[tuple[str, str]]:
        """Give who of these was rung, and the caller ID that the carrier was shown."""
        found = carrier_calls.callees(carrier_calls.read_calls(self.lab.paths.calls))
        return [(call.number, call.callerid) for call in found if call.number in numbers]

    def begin_anew(self) -> None:
        """Begin a new counting period: whatever other tests have used does not count here."""
        self.discador.once("did", "reset", "usa", "--who", "the test", "--why", "another test")

    def uses(self) -> int:
        """Give what was used of both numbers in this period, by whomever."""
        (usa,) = json.loads(self.discador.once("did", "usage", "--country", "usa", "--json"))
        return int(usa["uses"])

    def campaign(self, numbers: Sequence[str]) -> None:
        path = self.lab.paths.data / "people.csv"
        path.write_text("\n".join(("number", *numbers)))
        self.discador.once("campaign", "create", "mixed", "--list", str(path), "--lab", "--cps", "25")
        self.discador.once("campaign", "start", "mixed")


@pytest.fixture(scope="module")
def foreign(command: Path, release: Release) -> Iterator[Foreign]:
    name = f"any-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug == "usa"]
    made = Foreign(lab.up(name, release=release, countries=spoken), command)
    try:
        made.discador.start()
        wait_until(made.ready, 20, "linked to Asterisk")
        yield made
    finally:
        made.leave()
        lab.down(name)


FULL = "all 2 caller IDs are at their cap of 3 until midnight of America/New_York"


def people(exchange: str, count: int) -> list[str]:
    return [f"1212{exchange}{n:02}{BUSY}" for n in range(count)]


def test_two_numbers_with_a_cap_of_three_carry_six_calls_of_a_foreign_dialplan(foreign: Foreign) -> None:
    foreign.begin_anew()
    everybody = people("556", 8)
    before = foreign.discador.log.read_text().count("callerid lent: country=usa")

    told = foreign.calls("my-outbound", everybody)

    shown = foreign.shown(everybody)
    assert Counter(callerid for _, callerid in shown) == dict.fromkeys(OWNED, CAP)
    assert dict(shown) == {
        each["DISCADOR_E164"].removeprefix("+"): each["DISCADOR_CALLERID"]
        for each in told
        if each["DISCADOR_CALLERID"]
    }
    assert len(shown) == len(dict(shown)) == 6
    whys = Counter(each["DISCADOR_CALLERID_WHY"] for each in told if not each["DISCADOR_CALLERID"])
    assert whys == {FULL: 2}
    assert {each["DISCADOR_COUNTRY"] for each in told} == {"usa"}
    assert foreign.discador.log.read_text().count("callerid lent: country=usa") == before + 6


def test_a_campaign_and_a_foreign_dialplan_share_one_cap(foreign: Foreign) -> None:
    foreign.begin_anew()
    listed, others = people("557", 4), people("558", 4)

    foreign.campaign(listed)
    told = foreign.calls("my-outbound", others)
    wait_until(lambda: foreign.uses() == CAP * len(OWNED), 20, "all is used up")
    time.sleep(2)  # time in which one too many would come
    foreign.discador.once("campaign", "stop", "mixed")

    # What a campaign has counted and could not send in time is spent, so there may be fewer; never more.
    shown = Counter(callerid for _, callerid in foreign.shown(listed + others))
    assert set(shown) == set(OWNED)
    assert max(shown.values()) <= CAP
    assert len(foreign.shown(others)) == sum(bool(each["DISCADOR_CALLERID"]) for each in told)
    assert {each["DISCADOR_CALLERID_WHY"] for each in told if not each["DISCADOR_CALLERID"]} <= {FULL}


def test_who_may_not_be_dialed_is_not_and_costs_no_use(foreign: Foreign) -> None:
    foreign.begin_anew()
    (unwilling,) = people("559", 1)
    foreign.calls("my-optout", [unwilling])

    told = foreign.calls("my-outbound", [unwilling, "911", "2125562003"])

    assert [(each["DISCADOR_DIALABLE"], each["DISCADOR_WHY"]) for each in told] == [
        ("yes", ""),
        ("no", "short_code"),
        ("no", "outside"),
    ]
    assert told[0]["DISCADOR_CALLERID_WHY"] == "opted_out"
    assert foreign.shown([unwilling, "911", "2125562003"]) == []
    assert foreign.uses() == 0


def test_without_an_argument_the_extension_is_asked_about_and_an_empty_one_is_none(foreign: Foreign) -> None:
    number = "12125563003"

    (bare,) = foreign.calls("my-bare", [number])
    (mistake,) = foreign.calls("my-mistake", [number])

    assert (bare["DISCADOR_E164"], bare["DISCADOR_DIALABLE"]) == (f"+{number}", "yes")
    assert (bare["DISCADOR_CONNECT_KEY"], bare["DISCADOR_ISO"]) == ("1", "US")
    assert (mistake["DISCADOR_WHY"], mistake["DISCADOR_DIALABLE"]) == ("empty", "no")


@pytest.mark.parametrize("gone", [signal.SIGSTOP, signal.SIGKILL], ids=["mute", "refused"])
def test_with_the_server_gone_nothing_is_dialed(foreign: Foreign, gone: signal.Signals) -> None:
    foreign.begin_anew()
    (number,) = people(f"5{gone:02}", 1)
    foreign.discador.send(gone)

    (told,) = foreign.calls("my-outbound", [number])

    assert told["DISCADOR_DIALABLE"] == "no"
    assert foreign.shown([number]) == []
    foreign.discador.send(signal.SIGCONT)
    if gone is signal.SIGKILL:
        wait_until(lambda: foreign.discador.pid is None, 10, "it is dead")
        foreign.discador.start()
    wait_until(foreign.ready, 20, "it is back")
    (told,) = foreign.calls("my-outbound", [number[:-2] + "46"])
    assert told["DISCADOR_CALLERID"] in OWNED
