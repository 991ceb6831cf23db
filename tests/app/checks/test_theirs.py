from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.app.checks import theirs
from fastagi_server.asterisk.errors import RefusedError


def test_a_section_is_read_as_asterisk_reads_it(asterisk: Any, now: Any) -> None:
    asterisk.section("rtp.conf", rtpstart="12200", rtpend="14199")

    assert now(theirs.section(asterisk.ask, "rtp.conf", "general")) == {
        "rtpstart": "12200",
        "rtpend": "14199",
    }
    assert now(theirs.there(asterisk.ask, "rtp.conf"))


def test_a_file_or_section_that_is_not_there_is_none(asterisk: Any, now: Any) -> None:
    asterisk.refusals["GetConfig amd.conf"] = "Config file not found"
    asterisk.headers["GetConfig extensions.conf"] = [("No categories found", "")]

    assert now(theirs.section(asterisk.ask, "amd.conf", "general")) is None
    assert not now(theirs.there(asterisk.ask, "amd.conf"))
    assert now(theirs.section(asterisk.ask, "extensions.conf", "discador_ask")) is None


def test_a_file_that_may_not_be_shown_is_there_and_not_read(asterisk: Any, now: Any) -> None:
    asterisk.refusals["GetConfig amd.conf"] = "File requires escalated privileges"

    assert now(theirs.there(asterisk.ask, "amd.conf"))
    with pytest.raises(RefusedError):
        now(theirs.section(asterisk.ask, "amd.conf", "general"))


@pytest.mark.parametrize(("written", "read"), [("12", 12), ("", 7), ("x", 7), ("-1", 7), ("²", 7)])
def test_a_number_that_is_none_is_the_usual_one(written: str, read: int) -> None:
    assert theirs.number({"n": written}, "n", 7) == read
