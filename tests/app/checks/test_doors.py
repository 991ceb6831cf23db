from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.app.checks import doors
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Level

Change = Callable[..., Settings]


@pytest.fixture
def change(settings: Settings) -> Change:
    def make(host: str = "127.0.0.1", **fastagi: Any) -> Settings:
        return replace(
            settings,
            asterisk=replace(settings.asterisk, host=host),
            fastagi=replace(settings.fastagi, **fastagi),
        )

    return make


def test_a_free_port_is_good_and_a_strangers_is_bad(change: Change) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        found = doors.fastagi(change(port=port))
        assert (found.level, found.says["port"]) == (Level.BAD, port)
        assert "in use" in str(found.says["why"])

    assert doors.fastagi(change(port=port)).good


def test_asterisk_must_be_permitted(change: Change, levels: Any) -> None:
    assert levels(doors.way_in(change())) == {"permit": Level.GOOD, "advertise": Level.GOOD}

    shut = next(iter(doors.way_in(change(permit=("10.9.9.0/24",)))))

    assert (shut.level, shut.says["shut"]) == (Level.BAD, "127.0.0.1")


def test_an_asterisk_elsewhere_cannot_reach_a_loopback_address(change: Change, levels: Any) -> None:
    away = change("192.0.2.7", permit=("192.0.2.7",))

    assert levels(doors.way_in(away)) == {"permit": Level.GOOD, "advertise": Level.BAD}


def test_an_address_of_another_machine_is_a_note_and_one_that_does_not_resolve_is_bad(
    change: Change, levels: Any
) -> None:
    assert levels(doors.way_in(change(advertise="agi://192.0.2.9:4573")))["advertise_elsewhere"] is Level.NOTE
    assert levels(doors.way_in(change(advertise="agi://no.such.invalid:4573")))["advertise"] is Level.BAD


def test_this_machine_is_known_by_what_it_can_bind() -> None:
    assert doors.is_here("localhost")
    assert not doors.is_here("192.0.2.7")
    assert not doors.is_here("no.such.invalid")
    assert doors.addresses("127.0.0.1") == ["127.0.0.1"]
