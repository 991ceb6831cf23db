from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import dids
from fastagi_server.telephony import frames

GOOD = "number,country,note\n+525550009000,,main\n+12125551234,mexico,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dids.csv"
    path.write_text(GOOD)
    return path


def test_a_running_engine_is_told_to_look_again(discador: Any, desk: Any, file: Path) -> None:
    heard = desk([frames.Done()], [frames.Done()], [frames.Done()])

    assert discador("did", "import", str(file)).code == 0
    assert discador("did", "limit", "usa", "5", "--who", "ana").code == 0
    assert discador("did", "reset", "usa", "--who", "ana", "--why", "new numbers").code == 0
    took, limited, began_anew = (each for each in heard if isinstance(each, frames.Forget))
    assert (took.what, took.says["who"], took.says["file"]) == (
        "import",
        pwd.getpwuid(os.getuid()).pw_name,
        str(file),
    )
    assert limited == frames.Forget(what="limit", says={"who": "ana", "country": "usa", "cap": 5})
    assert (began_anew.what, began_anew.says["who"], began_anew.says["why"]) == (
        "reset",
        "ana",
        "new numbers",
    )


def test_the_inventory_is_printed(discador: Any, file: Path) -> None:
    assert discador("did", "list").out.startswith("No caller ID of ours yet")
    discador("did", "import", str(file))

    assert discador("did", "list").out == "+12125551234   mexico\n+525550009000  mexico    main\n"
    assert discador("did", "list", "--country", "usa", "--json").out == "[]\n"
    assert [
        did["number"] for did in json.loads(discador("did", "list", "--country", "MX", "--json").out)
    ] == [
        "+12125551234",
        "+525550009000",
    ]


def test_usage_tells_the_period_the_cap_and_what_is_left(discador: Any, file: Path, database: Engine) -> None:
    discador("did", "import", str(file), "--country", "usa")
    with database.begin() as conn:
        period = {"country": "usa", "period": "2026-11-18", "cap": 100}
        for at in (1.0, 2.0):
            dids.count(conn, number="+525550009000", at=at, **period)

    (told,) = json.loads(discador("did", "usage", "--json").out)

    assert {name: told[name] for name in ("country", "zone", "period", "cap", "numbers", "uses", "left")} == {
        "country": "usa",
        "zone": "America/New_York",
        "period": "2026-11-18",
        "cap": 100,
        "numbers": 2,
        "uses": 2,
        "left": 198,
    }
    assert told["dids"][1] == {"number": "+525550009000", "uses": 2, "left": 98, "last_at": 2.0}
    lines = discador("did", "usage", "--country", "usa").out.splitlines()
    assert lines[1].split() == ["usa", "America/New_York", "2026-11-18", "2", "2", "100", "198", "0"]
    assert lines[-1].split() == ["+525550009000", "2", "98", "1970-01-01", "00:00:02Z"]


def test_the_day_is_the_countrys_own(discador: Any, file: Path) -> None:
    discador("did", "import", str(file), "--country", "usa")
    discador.clock.at = 1_795_053_600.0  # 2026-11-19 02:00 UTC is still the 18th in New York

    assert json.loads(discador("did", "usage", "--json").out)[0]["period"] == "2026-11-18"


def test_no_inventory_has_no_usage(discador: Any) -> None:
    assert discador("did", "usage", "--json").out == "[]\n"
    assert discador("did", "usage").out.startswith("No caller ID of ours yet")


def test_a_limit_goes_before_the_countrys_own_and_0_is_none(discador: Any, file: Path) -> None:
    discador("did", "import", str(file), "--country", "usa")

    assert discador("did", "limit", "usa", "3", "--who", "ana").out == "usa: cap 3, set by ana.\n"
    assert json.loads(discador("did", "usage", "--json").out)[0]["left"] == 6
    assert discador("did", "limit", "US", "0", "--who", "ana").out == "usa: cap no limit, set by ana.\n"
    assert json.loads(discador("did", "usage", "--json").out)[0]["left"] is None


def test_a_reset_is_a_new_period_of_the_same_day(discador: Any, file: Path) -> None:
    discador("did", "import", str(file), "--country", "usa")

    told = discador("did", "reset", "usa", "--who", "ana", "--why", "new numbers")

    assert told.out == "usa: counting anew as 2026-11-18#2, by ana.\n"
    assert json.loads(discador("did", "usage", "--json").out)[0]["period"] == "2026-11-18#2"


@pytest.mark.parametrize(
    "argv",
    [
        ("limit", "usa", "3"),
        ("limit", "usa", "-1", "--who", "ana"),
        ("limit", "usa", "3", "--who", " "),
        ("limit", "atlantis", "3", "--who", "ana"),
        ("reset", "usa", "--who", "ana"),
        ("reset", "usa", "--who", "ana", "--why", ""),
        ("usage", "--country", "atlantis"),
        ("list", "--country", "atlantis"),
    ],
)
def test_what_was_asked_wrongly_is_2(discador: Any, argv: tuple[str, ...]) -> None:
    assert discador("did", *argv).code == 2
