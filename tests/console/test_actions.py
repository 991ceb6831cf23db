from __future__ import annotations

import pytest

from fastagi_server.console.actions import Finding, Level


@pytest.mark.parametrize(("level", "good"), [(Level.GOOD, True), (Level.NOTE, True), (Level.BAD, False)])
def test_only_what_is_bad_must_be_mended(level: Level, good: bool) -> None:
    assert Finding(key="cdr", level=level).good is good
