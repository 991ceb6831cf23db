"""A number is dialable when nothing speaks against it."""

from __future__ import annotations

import dataclasses

import pytest

from fastagi_server.numbering.number import Number, Why


@pytest.mark.parametrize("why", list(Why))
def test_ok_alone_is_dialable(why: Why) -> None:
    assert Number(raw="", why=why).dialable is (why is Why.OK)


def test_a_number_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Number(raw="", why=Why.EMPTY).why = Why.OK  # type: ignore[misc]
