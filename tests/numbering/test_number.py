"""A number is dialable when nothing speaks against it."""

from __future__ import annotations

import dataclasses

import pytest

from fastagi_server.numbering.number import Number, Why, known


@pytest.mark.parametrize("why", list(Why))
def test_ok_alone_is_dialable(why: Why) -> None:
    assert Number(raw="", why=why).dialable is (why is Why.OK)


def test_the_quick_way_makes_the_same_number() -> None:
    quick = known("1 212", Why.SHORT_CODE, "+1212", "US")
    assert quick == Number(raw="1 212", why=Why.SHORT_CODE, e164="+1212", iso="US")
    assert vars(quick) == vars(Number(raw="1 212", why=Why.SHORT_CODE, e164="+1212", iso="US"))
    assert hash(quick) == hash(Number(raw="1 212", why=Why.SHORT_CODE, e164="+1212", iso="US"))


def test_a_number_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Number(raw="", why=Why.EMPTY).why = Why.OK  # type: ignore[misc]


@pytest.mark.parametrize(
    ("why", "whole"), [(Why.OK, True), (Why.PREMIUM, True), (Why.TOO_SHORT, False), (Why.ROUNDED, False)]
)
def test_a_number_that_nobody_dials_may_be_whole_all_the_same(why: Why, whole: bool) -> None:
    assert Number(raw="", why=why, e164="+5255").whole is whole
    assert not Number(raw="", why=why).whole
