from __future__ import annotations

import pytest

from fastagi_server.config.scoped import Scopes
from fastagi_server.telephony.errors import DiscadorError

SCOPES = Scopes(trunks=["carrier", "other"], countries=["mexico", "usa"])


@pytest.mark.parametrize("scope", ["cluster", "trunk:carrier", "country:usa", "campaign:any-name"])
def test_what_there_is_may_be_stopped(scope: str) -> None:
    SCOPES.check(scope)


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("country:mexcio", "country:mexico"),
        ("trunk:carier", "trunk:carrier"),
        ("Cluster", "cluster"),
        ("asterisk:main", "discador asterisk drain"),
        ("", "cluster, trunk:carrier, trunk:other, country:SLUG or campaign:NAME"),
        ("campaign:a/b", "letters"),
    ],
)
def test_whoever_mistypes_is_told_what_was_meant(scope: str, meant: str) -> None:
    with pytest.raises(DiscadorError) as refused:
        SCOPES.check(scope)
    assert meant in str(refused.value)
