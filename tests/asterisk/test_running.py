from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami import events
from fastagi_server.ami.event import Malformed
from fastagi_server.asterisk import running
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.config import countries
from fastagi_server.dialplan.keep import Living
from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.variables import CONTEXT_VERSIONS
from fastagi_server.dialplan.versions import names
from tests.asterisk.pbx import NAME, Pbx

TEXT = render(countries.load()[:2], DialplanSettings(version="1"))


def of(work: Any) -> Any:
    out: list[Any] = []
    ensureDeferred(work).addBoth(out.append)
    return out[0]


@pytest.fixture
def pbx(tmp_path: Path) -> Pbx:
    pbx = Pbx(tmp_path / "discador.conf")
    pbx.path.write_text(TEXT)
    return pbx


def test_what_is_listed_is_what_was_loaded_and_what_is_not_known_is_not_there(pbx: Pbx) -> None:
    pbx.reload()

    assert of(running.listed([*read(TEXT), "nowhere"], pbx.ask)) == read(TEXT)


def test_the_register_names_what_is_in_force(pbx: Pbx) -> None:
    assert of(running.bundles(pbx.ask)) == []
    pbx.reload()

    assert len(names(of(running.bundles(pbx.ask)))) == 4 + 2 * 3


def test_what_asterisk_reads_is_told_whether_it_runs_it_or_not(pbx: Pbx) -> None:
    pbx.path.write_text("[menu]\nexten => s,1(here),Set(x=a\\;b)\nexten => s,hint,PJSIP/1\n")

    assert of(running.file_as_read(NAME, pbx.ask)) == read(pbx.path.read_text())
    assert pbx.running == {}


def test_who_is_up_and_for_how_long(pbx: Pbx) -> None:
    one = {"channel": "PJSIP/x", "uniqueid": "1", "channel_state": 6}
    pbx.channels = [
        events.CoreShowChannel(**one, context="discador_ask-0a1b2c3d", duration="01:02:03"),  # type: ignore[arg-type]
        Malformed(event="CoreShowChannel", field="ChannelState", value="x"),
        events.CoreShowChannelsComplete(event_list="Complete"),
    ]

    assert of(running.living(pbx.ask)) == [
        Living(context="discador_ask-0a1b2c3d", age=3723.0),
        Living(context=CONTEXT_VERSIONS, age=None),
    ]


@pytest.mark.parametrize(
    ("duration", "age"),
    [("00:00:00", 0.0), ("100:00:01", 360001.0), ("", None), ("1:2", None), ("a:b:c", None)],
)
def test_an_age(duration: str, age: float | None) -> None:
    assert running.read_age(duration) == age


def test_whether_a_file_is_included_is_asked_of_the_dialplan_itself(pbx: Pbx) -> None:
    assert of(running.is_included(CONTEXT_VERSIONS, pbx.ask))
    pbx.included = False
    assert not of(running.is_included(CONTEXT_VERSIONS, pbx.ask))
    pbx.fails["GetConfig"] = RefusedError(action="GetConfig", why="Permission denied")
    assert not of(running.is_included(CONTEXT_VERSIONS, pbx.ask))
