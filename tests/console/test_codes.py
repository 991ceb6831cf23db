from __future__ import annotations

import pytest

import fastagi_server.__main__  # noqa: F401 - every error that the command can meet
from fastagi_server.console import codes
from fastagi_server.telephony.errors import DiscadorError


def names(kind: type[DiscadorError]) -> set[str]:
    return {kind.__name__}.union(*(names(each) for each in kind.__subclasses__()))


def test_the_errors_that_are_the_askers_own_exist() -> None:
    assert names(DiscadorError) >= codes._ASKED_WRONGLY


@pytest.mark.parametrize(
    ("name", "code"), [("SettingError", 2), ("NotDialableError", 2), ("NotDialedError", 1), ("Unheard", 1)]
)
def test_what_an_error_means(name: str, code: int) -> None:
    assert codes.of_error(name) == code


def test_the_codes_are_those_that_shells_know() -> None:
    assert [int(code) for code in codes.Code] == [0, 1, 2, 130]
