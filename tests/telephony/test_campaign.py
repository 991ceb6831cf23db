from __future__ import annotations

import pytest

from fastagi_server.telephony.campaign import LONGEST_NAME, MAX_ACCOUNT_BYTES, check_name
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize("name", ["a", "spring 2026", "lista-1_b.v2", "campaña", "7", "x" * LONGEST_NAME])
def test_a_name_that_people_give_is_good(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", "a ", " a", "../x", ".x", "-x", "a/b", "a,b", "a\nb", "a\x1b[2J", "\ud800"]
)
def test_a_name_that_a_file_or_a_dialplan_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match=r"campaign is .*letters, digits"):
        check_name(name)


def test_a_name_has_an_end_in_letters_and_in_bytes() -> None:
    check_name("ñ" * (MAX_ACCOUNT_BYTES // 2))
    for name in ("x" * (LONGEST_NAME + 1), "ñ" * (MAX_ACCOUNT_BYTES // 2 + 1)):
        with pytest.raises(BadInputError):
            check_name(name)
