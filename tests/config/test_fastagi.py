"""The FastAGI door starts closed to everybody else and says how Asterisk reaches it."""

from __future__ import annotations

import pytest

from fastagi_server.config.fastagi import FastAgi
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize(
    ("door", "uri"),
    [
        (FastAgi(), "agi://127.0.0.1:4573"),
        (FastAgi(host="::1", port=5000), "agi://[::1]:5000"),
        (FastAgi(host="0.0.0.0", advertise="agi://10.1.2.3:4573"), "agi://10.1.2.3:4573"),
    ],
)
def test_asterisk_is_told_where_to_call(door: FastAgi, uri: str) -> None:
    assert door.uri == uri


@pytest.mark.parametrize("values", [{"host": "localhost"}, {"permit": ("all",)}, {"port": 0}, {"backlog": 0}])
def test_what_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        FastAgi(**values)  # type: ignore[arg-type]
