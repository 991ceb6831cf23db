from __future__ import annotations

import pytest

from fastagi_server.asterisk.permits import permitted, read_permits
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize(
    ("permit", "host", "may"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.0/24", "10.0.0.255", True),
        ("10.0.0.0/24", "10.0.1.0", False),
        ("0.0.0.0/0", "203.0.113.9", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("::1", "::1", True),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("10.0.0.0/24", "::ffff:10.0.1.1", False),
        ("::/0", "::ffff:10.0.0.1", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "localhost", False),
    ],
)
def test_who_may_ask(permit: str, host: str, may: bool) -> None:
    assert permitted(host, read_permits([permit])) is may


def test_nobody_may_ask_where_nobody_is_permitted() -> None:
    assert not permitted("127.0.0.1", ())


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0.1/24", "10.0.0.0/33", "::g", "127.0.0.1 "])
def test_a_bad_permit_is_named(text: str) -> None:
    with pytest.raises(BadInputError, match=r"fastagi\.permit is .* 10\.0\.0\.0/24") as refused:
        read_permits(["127.0.0.1", text])

    assert refused.value.details["value"] == text
