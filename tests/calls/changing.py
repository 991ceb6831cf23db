"""An office whose dialplan changes while its calls are up. This file knows no test."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from fastagi_server.config import countries
from fastagi_server.loadtest import books, debian
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.service import Service
from fastagi_server.loadtest.witness import Message
from fastagi_server.telephony.record import Record

HOUSE = Path(__file__).parents[2]
MEXICO = next(each for each in countries.load() if each.slug == "mexico")
# The offer is made so often that who presses nothing is up at the last change, however slow the machine.
OFFERS = 6
People = dict[str, list[str]]


def configure(file: Path, told: dict[str, Any], mexico: dict[str, object], **dialplan: object) -> None:
    """Write a configuration that has a Mexico of its own."""
    folder = file.with_suffix(".countries")
    folder.mkdir(mode=0o755)
    country = yaml.safe_load((HOUSE / "etc/countries/mexico.yml").read_text("utf-8"))
    (folder / "mexico.yml").write_text(yaml.safe_dump({**country, "offers": OFFERS, **mexico}))
    told = {**told, "countries_folder": str(folder), "dialplan": {**told["dialplan"], **dialplan}}
    file.write_text(yaml.safe_dump(told))


class Site:
    """An office whose dialplan is applied with other settings than the service runs with."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._serial = itertools.count()

    def service(self, name: str, mexico: dict[str, object], **dialplan: object) -> Service:
        """Give a configuration beside the first, with a Mexico and a dialplan of its own."""
        one = self.office.service
        other = Service(lab=self.office.lab, command=one.command, suffix=f"-{name}")
        configure(other.config, yaml.safe_load(one.config.read_text()), mexico, **dialplan)
        shutil.copymode(one.config, other.config)
        os.chown(other.config, 0, debian.make_user().gid)
        return other

    def plan(self, name: str, count: dict[str, int]) -> People:
        """Prepare a campaign to so many people of each kind, and give their numbers by their ending."""
        people = {
            ending: [f"+52555{next(self._serial):05}{ending}" for _ in range(many)]
            for ending, many in count.items()
        }
        self.office.plan(name, [each for numbers in people.values() for each in numbers], cps=29)
        return people

    def begin(self, name: str, people: People) -> None:
        """Call them, and wait until all have answered and Asterisk knows it: then each is in its version."""
        numbers = [each for some in people.values() for each in some]
        self.office.begin(name)
        self.office.wait_until(
            lambda: self.office.standing(name).sent == len(numbers), 60, f"calls of {name}"
        )

        def answered() -> bool:
            # An Asterisk with much to do places a call seconds after it said yes to it.
            rung = self.office.rung(numbers)
            return len(rung) == len(numbers) and all(each.answered_at for each in rung)

        self.office.wait_until(answered, 60, f"the answers of {name}")
        self.office.wait_until(lambda: not self.coming(), 60, f"the calls of {name} in their contexts")

    def await_end(self, name: str) -> None:
        """Wait until a campaign is done."""
        self.office.wait_until(lambda: self.office.standing(name).state == "done", 120, f"the end of {name}")

    def records(self, name: str) -> dict[str, Record]:
        """Give what was written of a campaign's calls, by number."""
        found = books.read_calls(self.office.database, name)
        assert len({each.number for each in found}) == len(found)
        return {each.number: each for each in found}

    def up(self) -> int:
        """Count the calls that are in our contexts."""
        return sum(each["Context"].startswith("discador_") for each in self._channels())

    def coming(self) -> int:
        """Count the calls whose Originate waits: for an answer, or for Asterisk to take note of it."""
        return sum(each["Application"] == "AppDial2" for each in self._channels())

    def _channels(self) -> list[Message]:
        with self.office.lab.witness() as witness:
            witness.action("CoreShowChannels")
            seen = witness.until(lambda event: event.get("Event") == "CoreShowChannelsComplete")
        return [each for each in seen if each.get("Event") == "CoreShowChannel"]


def outcomes(records: dict[str, Record], people: People) -> dict[str, set[str]]:
    """Say how the calls ended, by the ending of their numbers.

    On a full machine AMD() takes a few people for machines; that is no change's doing, and they are left out.
    """
    taken = [each.number for each in records.values() if each.disposition == "machine"]
    assert len(taken) <= len(records) / 20
    return {
        ending: {_said(records[each]) for each in numbers if each not in taken}
        for ending, numbers in people.items()
    }


def _said(record: Record) -> str:
    return f"unknown: {record.why}" if record.disposition == "unknown" else str(record.disposition)
