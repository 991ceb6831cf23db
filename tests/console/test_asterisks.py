from __future__ import annotations

import json
from typing import Any

import pytest

from fastagi_server.telephony import frames

STANDING = frames.FleetStanding(
    asterisks={
        "asterisk": {"ready": True, "drained": False, "weight": 1.0, "up": 12, "sent": 1650},
        "b": {"ready": False, "drained": True, "weight": 2.5, "up": 31, "sent": 3302},
    }
)


def test_each_is_shown_as_it_stands(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("asterisk", "list")

    assert heard == [frames.Fleet()]
    assert told.code == 0
    assert told.out == (
        "asterisk: link up, weight 1, takes calls, 12 up, 1650 sent\n"
        "b: link down, weight 2.5, drained, 31 up, 3302 sent\n"
    )


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "no calls until its link is up"), ("es", "sin llamadas hasta que haya enlace")]
)
def test_one_whose_link_is_down_takes_no_calls(discador: Any, desk: Any, lang: str, told: str) -> None:
    away = {"ready": False, "drained": False, "weight": 0.0, "up": 0, "sent": 0}
    desk(frames.FleetStanding(asterisks={"b": away}))

    assert told in discador("--lang", lang, "asterisk", "list").out


def test_they_are_json_for_programs(discador: Any, desk: Any) -> None:
    desk(STANDING)

    assert json.loads(discador("asterisk", "list", "--json").out) == STANDING.asterisks


@pytest.mark.parametrize("deed", ["drain", "resume"])
def test_one_is_drained_and_resumed_by_whom_and_why(discador: Any, desk: Any, deed: str) -> None:
    heard = desk(STANDING)

    told = discador("asterisk", deed, "b", "--why", "new kernel")

    assert told.out.startswith("asterisk: link up")
    (order,) = heard
    assert (order.do, order.asterisk, order.why) == (deed, "b", "new kernel")
    assert order.who


def test_a_name_that_is_none_is_an_error_that_says_which_are(discador: Any, desk: Any) -> None:
    desk(
        frames.Failed(
            code="NoSuchAsteriskError",
            message="There is no Asterisk 'x'; there are: asterisk, b.",
            details={"name": "x", "known": "asterisk, b"},
        )
    )

    told = discador("asterisk", "drain", "x", "--why", "new kernel")

    assert told.code == 2
    assert "no Asterisk 'x'" in told.err
