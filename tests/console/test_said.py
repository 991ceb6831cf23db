from __future__ import annotations

import click
import pytest

from fastagi_server.console.said import said
from fastagi_server.telephony.errors import BadInputError

OPTION = click.Option(["--why"])
CONTEXT = click.Context(click.Command("stop"))


def test_what_is_said_is_kept_without_the_blanks_around_it() -> None:
    assert said(CONTEXT, OPTION, " new numbers\n") == "new numbers"


@pytest.mark.parametrize("nothing", ["", " ", "\t\n"])
def test_nothing_is_no_reason(nothing: str) -> None:
    with pytest.raises(BadInputError, match=r"--why is .*; it should be a word at least"):
        said(CONTEXT, OPTION, nothing)
