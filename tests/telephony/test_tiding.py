from __future__ import annotations

from fastagi_server.telephony.tiding import Kind, Tiding


def test_the_words_of_the_table_are_these() -> None:
    assert [str(each) for each in Kind] == ["optout", "optouts", "dids", "brakes"]


def test_most_tidings_have_no_value() -> None:
    assert Tiding(id=1, at=1.0, kind=Kind.DIDS).value == ""
