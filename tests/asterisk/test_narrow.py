from __future__ import annotations

import re
from typing import Any

import pytest

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.narrow import narrow
from fastagi_server.asterisk.switch import Switch


class Asked:
    def __init__(self, no: str = "") -> None:
        self.no = no
        self.filter = ""

    async def ask(self, action: Action) -> Any:
        assert isinstance(action, actions.Filter)
        self.filter = action.filter
        assert action.encode("1").count(b"\r\n") == len(("Action", "ActionID", "Filter", "Operation", ""))
        if self.no:
            raise RefusedError(action=action.action, why=self.no)


def narrowed(no: str = "") -> Asked:
    asked = Asked(no)
    with pytest.raises(StopIteration):
        narrow(Switch.READS, asked.ask).send(None)
    return asked


# Asterisk's regexes have no \r, so what ends a name is any control character.
def lets_pass(asked: Asked, event: str) -> bool:
    pattern = asked.filter.replace("[[:cntrl:]]", r"[\x00-\x1f]")
    return re.search(pattern, f"Event: {event}\r\nPrivilege: call,all\r\nChannel: x\r\n") is not None


def test_what_is_read_is_told() -> None:
    asked = narrowed()

    assert all(lets_pass(asked, kind.__name__) for kind in Switch.READS)
    assert {events.OriginateResponse, events.Hangup, events.UserEvent} <= Switch.READS


@pytest.mark.parametrize("event", ["NewCallerid", "NewAccountCode", "DialBegin", "Malformed", "Hangups"])
def test_what_nobody_reads_is_not_told(event: str) -> None:
    assert not lets_pass(narrowed(), event)


def test_an_event_that_only_tells_of_another_is_not_taken_for_it() -> None:
    asked = narrowed()
    told = "Event: VarSet\r\nPrivilege: dialplan,all\r\nValue: Event: Hangup\r\n"

    assert re.search(asked.filter.replace("[[:cntrl:]]", r"[\x00-\x1f]"), told) is None


def test_who_may_not_narrow_is_told_everything() -> None:
    assert narrowed("Permission denied").filter
