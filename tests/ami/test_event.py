import dataclasses

import pytest

from fastagi_server.ami.event import Complete, Event, Item, Malformed, OfChannel, UnknownEvent
from fastagi_server.ami.messages import Headers


def test_an_event_is_a_value_with_slots_only() -> None:
    event = OfChannel(channel="PJSIP/a-1", uniqueid="u", linkedid="l")
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.uniqueid = "other"
    assert not hasattr(event, "__dict__")
    assert event == OfChannel(channel="PJSIP/a-1", uniqueid="u", linkedid="l")


def test_families() -> None:
    assert issubclass(Complete, Item)
    for kind in (OfChannel, Item, Malformed, UnknownEvent):
        assert issubclass(kind, Event)


def test_an_unknown_event_keeps_what_it_said() -> None:
    event = UnknownEvent(name="PeerStatus", headers=Headers((("Peer", "a"), ("Peer", "b"))))
    assert event.headers.all("Peer") == ("a", "b")
