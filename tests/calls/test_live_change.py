"""Keys, prompts and steps change under two hundred calls.

What the carrier wrote of each callee stands beside what Discador recorded, one to one by X-Discador-Call.
"""

from __future__ import annotations

import shutil
import subprocess

import pytest

from fastagi_server.dialplan.versions import is_versioned
from tests.calls.changing import Site, outcomes
from tests.calls.ringing import Onlooker
from tests.conftest import ON_22

# What a call keeps of the contexts that it began in is the same in both, and 200 calls are many for a test.
pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(400), ON_22]
UP = 200
# What becomes of whom, by the ending of the number. 3 connects who began before all changes, whatever changes
# meanwhile; 5 who began later; after the last change there is one offer only. Everybody presses late or what
# acts at any time, so that a slow machine makes nobody press too early.
EXPECTED = {
    "before": {"52": "connected", "12": "connected", "00": "no_key", "53": "no_key", "09": "opted_out"},
    "keys": {"53": "connected", "12": "hung_up"},  # 3 connects no more: he leaves, having talked to nobody
    "prompts": {"53": "connected", "09": "opted_out"},
    "steps": {"53": "connected", "52": "no_key"},
}
COUNT = {name: dict.fromkeys(endings, 5) for name, endings in EXPECTED.items()}
COUNT["before"] = {"52": 10, "12": 5, "53": 5, "00": 228, "09": 5}
PLAYED = {"before": "discador", "keys": "discador", "prompts": "discador-two", "steps": "discador-two"}


def played(onlooker: Onlooker, call: str) -> set[str]:
    """Give the folders whose prompts a call was played."""
    return {
        file.partition("/")[0]
        for _, event in onlooker.of(call)
        if event["Event"] == "Newexten" and event["Application"] == "BackGround"
        for file in event["AppData"].partition(",")[0].split("&")
    }


def versions(onlooker: Onlooker, call: str) -> set[str]:
    """Give the versions of the country's contexts that a call ran."""
    ran = {event["Context"] for _, event in onlooker.of(call) if event["Event"] == "Newexten"}
    ours = {each for each in ran if is_versioned(each) and each.startswith("discador_mexico")}
    return {each.rpartition("-")[2] for each in ours}


def test_keys_prompts_and_steps_change_under_two_hundred_calls(site: Site) -> None:
    office, paths = site.office, site.office.lab.paths
    two = "discador-two"
    # With its owner, else Asterisk could not read it and would pass over it without a word.
    subprocess.run(["cp", "-a", paths.sounds, paths.sounds.with_name(two)], check=True)
    keys = site.service("keys", {"connect_key": "5"})
    prompts = site.service("prompts", {"connect_key": "5"}, sounds_prefix=two)
    last = {"connect_key": "5", "offers": 1}
    steps = site.service("steps", last, sounds_prefix=two, question_seconds=1.2)
    with Onlooker(office.lab) as onlooker:
        people = {name: site.plan(name, COUNT[name]) for name in EXPECTED}
        site.begin("before", people["before"])
        up = [site.up()]
        keys.once("apply")
        # A better recording under the same name, while it is played.
        for prompt in (paths.sounds / "mexico").iterdir():
            better = prompt.with_suffix(".new")
            shutil.copy(prompt, better)
            better.replace(prompt)
        site.begin("keys", people["keys"])
        up.append(site.up())
        prompts.once("apply")
        site.begin("prompts", people["prompts"])
        up.append(site.up())
        steps.once("apply")
        site.begin("steps", people["steps"])
        for name in people:
            site.await_end(name)

    print(f"up at each change: {up}")  # noqa: T201 - the figures are the finding
    assert min(up) >= UP
    carried = {each.call: each for each in office.calls()}
    assert len(carried) == len(office.calls()) == sum(sum(count.values()) for count in COUNT.values())
    ran: dict[str, set[str]] = {}
    for name, by_ending in people.items():
        records = site.records(name)
        assert outcomes(records, by_ending) == {ending: {EXPECTED[name][ending]} for ending in by_ending}
        for record in records.values():
            assert carried[record.call].number == record.number.removeprefix("+")
            assert played(onlooker, record.call) <= {PLAYED[name]}
            ran.setdefault(name, set()).update(versions(onlooker, record.call))
    assert [len(each) for each in ran.values()] == [1, 1, 1, 1]
    assert len(set.union(*ran.values())) == 4
