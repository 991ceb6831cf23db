"""What Asterisk tells a link that has said what it reads, beside what it tells one that has not."""

from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.ami.action import Action
from fastagi_server.asterisk.narrow import narrow
from fastagi_server.asterisk.switch import Switch
from fastagi_server.loadtest.witness import Witness
from tests.calls.ringing import Caller

pytestmark = pytest.mark.asterisk


class Listener:
    """A link with the rights of ours."""

    def __init__(self, caller: Caller) -> None:
        lab = caller.lab
        secret = lab.paths.secret.read_text().strip()
        self.link = Witness.connect(port=lab.ports.dialer_ami, username="discador", secret=secret)

    async def ask(self, action: Action) -> Any:
        _, *headers = (line.partition(": ") for line in action.encode("1").decode().split("\r\n") if line)
        told = self.link.action(action.action, *((name, value) for name, _, value in headers))
        assert told["Response"] == "Success", told

    def heard(self, call: str) -> list[str]:
        """Give the names of a call's events, up to its end; another's may still end meanwhile."""
        told = self.link.until(lambda each: each.get("Event") == "Hangup" and each["Uniqueid"] == call)
        return [each["Event"] for each in told if "Event" in each and call in each.values()]


def test_a_link_is_told_what_it_reads_and_no_more(caller: Caller) -> None:
    everything, narrowed = Listener(caller), Listener(caller)
    with everything.link, narrowed.link:
        with pytest.raises(StopIteration):
            narrow(Switch.READS, narrowed.ask).send(None)
        story = caller.ring(caller.number("mexico", "09"))
        whole, ours = everything.heard(story.call), narrowed.heard(story.call)

    read = {kind.__name__ for kind in Switch.READS}
    assert ours == [event for event in whole if event in read]
    assert {"Newchannel", "DTMFEnd", "UserEvent", "OriginateResponse", "Hangup"} <= set(ours)
    assert {"DialBegin", "NewCallerid"} <= set(whole)
