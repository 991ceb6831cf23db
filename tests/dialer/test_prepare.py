from __future__ import annotations

import pytest

from fastagi_server.dialer.prepare import Prepared
from fastagi_server.telephony.campaign import Attempt, Begun, NotBegun
from tests.dialer.stage import Stage, Store, contact, run


class Failing(Store):
    """A store that is away for a while."""

    away = True

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        if self.away:
            raise OSError("the disk is full")
        return await super().attempt(attempt)


def test_a_store_that_is_away_uses_no_caller_id_up() -> None:
    stage = Stage([contact(n) for n in range(10)], dids={"usa": ["+13055560000"]}, cap=5, store=Failing)
    for n in range(10):
        with pytest.raises(OSError, match="full"):
            run(stage.preparer.prepare(contact(n), 0.0))

    assert isinstance(stage.store, Failing)
    stage.store.away = False

    assert isinstance(run(stage.preparer.prepare(contact(0), 0.0)), Prepared)
