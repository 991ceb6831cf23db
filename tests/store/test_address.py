from __future__ import annotations

import pytest

from fastagi_server.store import address
from fastagi_server.store.errors import CannotOpenError


def test_a_password_is_never_shown() -> None:
    url = address.parse("postgresql://dialer:s3cret@db.example/calls?sslpassword=s3cret")
    assert address.shown(url) == "postgresql://dialer:***@db.example/calls"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_nobody_need_name_the_driver_and_nobody_sees_it(scheme: str) -> None:
    url = address.parse(f"{scheme}://dialer@db.example/calls")
    assert url.drivername == "postgresql+psycopg"
    assert address.shown(url) == "postgresql://dialer@db.example/calls"


@pytest.mark.parametrize("text", ["", "s3cret", "sqlite:/s3cret", "postgresql://a:s3cret@host:port/x"])
def test_what_cannot_be_read_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(CannotOpenError, match="not a database URL") as caught:
        address.parse(text)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__
