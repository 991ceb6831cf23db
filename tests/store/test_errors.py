from __future__ import annotations

import inspect

import pytest

from fastagi_server.store import errors
from fastagi_server.telephony.errors import DiscadorError

FAMILY = [
    kind
    for _name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DiscadorError) and kind is not DiscadorError
]


@pytest.mark.parametrize("kind", FAMILY)
def test_every_sentence_is_filled(kind: type[DiscadorError]) -> None:
    details = dict.fromkeys(inspect.signature(kind).parameters, "thing")
    said = str(kind(**details))
    assert "thing" in said
    assert "{" not in said


def test_a_database_without_schema_is_said_to_have_none() -> None:
    error = errors.SchemaBehindError(url="u", found=None, needed="0001", remedy="run it")
    assert str(error) == "The database u has schema none and this program needs 0001; run it."
