from __future__ import annotations

from pathlib import Path, PurePosixPath

from fastagi_server.loadtest.paths import Paths, Side

PATHS = Paths(name="a", root=Path("/srv/asterisk-22"))


def test_the_chroot_sees_its_own_root() -> None:
    assert PATHS.inside(PATHS.calls) == PurePosixPath("/lab/a/carrier/calls.jsonl")


def test_everything_of_a_lab_is_in_its_folder() -> None:
    places = [value.fget(PATHS) for value in vars(Paths).values() if isinstance(value, property)]

    assert len(places) > 8
    assert all(place.is_relative_to(PATHS.folder) for place in places)
    assert PATHS.log(Side.CARRIER).is_relative_to(PATHS.side(Side.CARRIER))
