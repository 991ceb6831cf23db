"""What needs a reactor that runs (visits, knocks) is tried with whole programs in test_actions.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app import reach
from fastagi_server.app.errors import UnusableFileError
from fastagi_server.config.asterisk import Asterisk
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize(
    ("host", "told"), [("127.0.0.1", "127.0.0.1:5038"), ("::1", "[::1]:5038"), ("pbx", "pbx:5038")]
)
def test_the_place_is_named_as_people_write_it(host: str, told: str) -> None:
    assert reach.where(Asterisk(host=host)) == told


def test_the_secret_is_handed_over_and_never_shown() -> None:
    who = reach.credentials(Asterisk(username="us", secret="hush-hush"))

    assert (who.username, who.secret()) == ("us", "hush-hush")
    assert "hush-hush" not in repr(who)


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (None, "No such file"),
        (b"-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n", "no certificate"),
    ],
)
def test_a_ca_file_that_is_of_no_use_is_named(
    contents: bytes | None, told: str, tmp_path: Path, reactor: Any
) -> None:
    file = tmp_path / "ca.pem"
    if contents is not None:
        file.write_bytes(contents)

    with pytest.raises(UnusableFileError, match=told) as refused:
        reach.endpoint(reactor, Asterisk(tls=True, ca_file=file))

    assert "asterisk.ca_file" in str(refused.value)


def test_a_ca_file_without_a_certificate_trusts_nobody_and_is_refused(tmp_path: Path, reactor: Any) -> None:
    file = tmp_path / "ca.pem"
    file.touch()

    with pytest.raises(BadInputError, match=r"asterisk\.ca_file"):
        reach.endpoint(reactor, Asterisk(tls=True, ca_file=file))


def test_the_actions_that_are_not_allowed_are_named() -> None:
    assert reach.refused(reach.NEEDED) == []
    assert reach.refused(set(reach.NEEDED) - {"Hangup", "DBDel"}) == ["Hangup", "DBDel"]
