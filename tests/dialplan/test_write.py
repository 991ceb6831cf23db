"""Steps as a file, and back."""

from __future__ import annotations

import pytest

from fastagi_server.dialplan.read import HINT, Step, read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.write import write
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError


def test_all_that_we_render_reads_back(every: tuple[Country, ...], settings: DialplanSettings) -> None:
    contexts = read(render(every, settings))

    assert read(write(contexts)) == contexts


def test_semicolons_labels_and_hints_are_kept() -> None:
    steps = (
        Step(exten="s", priority=1, label="here", app="Set", data='x=a;b "c" --;'),
        Step(exten="s", priority=HINT, app="PJSIP/1"),
    )

    assert read(write({"menu": steps, "empty": ()})) == {"menu": steps, "empty": ()}


@pytest.mark.parametrize(
    "step",
    [
        Step(exten="s", priority=1, app="NoOp", data="a\nexten => 1,1,Hangup()"),
        Step(exten="s", priority=1, app="", data="x"),
        Step(exten="a,b", priority=1, app="NoOp"),
    ],
)
def test_a_step_that_would_be_another_is_refused(step: Step) -> None:
    with pytest.raises(BadInputError):
        write({"menu": (step,)})
