from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.ami import events
from fastagi_server.app.checks import trunks
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.config.trunk import Trunk
from fastagi_server.console.actions import Level

PJSIP = Trunk(dial="PJSIP/{number}@carrier")


def contacts(*status: str) -> list[Any]:
    return [events.ContactStatusDetail(uri=f"sip:{index}", status=each) for index, each in enumerate(status)]


@pytest.mark.parametrize(
    ("status", "key", "level"),
    [
        (("Reachable",), "trunk_contact", Level.GOOD),
        (("Unreachable", "Reachable"), "trunk_contact", Level.GOOD),
        (("Unreachable",), "trunk_reach", Level.BAD),
        (("NonQualified",), "trunk_unasked", Level.NOTE),
        (("Created",), "trunk_unasked", Level.NOTE),
        ((), "trunk_contact", Level.BAD),
    ],
)
def test_an_endpoint_is_judged_by_its_best_contact(
    status: tuple[str, ...], key: str, level: Level, asterisk: Any, now: Any, levels: Any
) -> None:
    asterisk.events["PJSIPShowEndpoint carrier"] = contacts(*status)

    found = now(trunks.trunk(asterisk.ask, "main", PJSIP))

    assert levels(found) == {"trunk_endpoint": Level.GOOD, key: level}


@pytest.mark.parametrize(
    ("dial", "endpoint"), [("PJSIP/{number}@a", "a"), ("PJSIP/b/sip:{number}@192.0.2.1", "b")]
)
def test_an_endpoint_that_asterisk_does_not_know_is_named(
    dial: str, endpoint: str, asterisk: Any, now: Any
) -> None:
    asterisk.refusals[f"PJSIPShowEndpoint {endpoint}"] = f"Unable to retrieve endpoint {endpoint}"

    (found,) = now(trunks.trunk(asterisk.ask, "main", Trunk(dial=dial)))

    assert (found.key, found.level, found.says["endpoint"]) == ("trunk_endpoint", Level.BAD, endpoint)


def test_a_dial_string_with_its_own_address_needs_no_contact(asterisk: Any, now: Any, levels: Any) -> None:
    found = now(trunks.trunk(asterisk.ask, "main", Trunk(dial="PJSIP/b/sip:{number}@192.0.2.1")))

    assert levels(found) == {"trunk_endpoint": Level.GOOD}


def test_a_local_trunk_is_judged_by_its_context(asterisk: Any, now: Any, levels: Any) -> None:
    local = Trunk(dial="Local/{number}@from-internal")
    assert levels(now(trunks.trunk(asterisk.ask, "main", local))) == {"trunk_context": Level.GOOD}

    asterisk.refusals["ShowDialPlan from-internal"] = "Did not find context from-internal"
    assert levels(now(trunks.trunk(asterisk.ask, "main", local))) == {"trunk_context": Level.BAD}


def test_other_technologies_are_not_judged(asterisk: Any, now: Any, levels: Any) -> None:
    assert levels(now(trunks.trunk(asterisk.ask, "main", Trunk(dial="SIP/carrier/{number}")))) == {
        "unseen": Level.NOTE
    }


@pytest.mark.parametrize("dial", ["PJSIP/{number}@carrier", "Local/{number}@from-internal"])
def test_a_missing_right_is_no_missing_trunk(dial: str, asterisk: Any, now: Any) -> None:
    asterisk.refusals |= {"PJSIPShowEndpoint": "Permission denied", "ShowDialPlan": "Permission denied"}

    with pytest.raises(RefusedError):
        now(trunks.trunk(asterisk.ask, "main", Trunk(dial=dial)))
