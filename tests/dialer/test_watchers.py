from __future__ import annotations

import logging

import pytest

from fastagi_server.dialer.watchers import Watchers
from fastagi_server.telephony import facts
from fastagi_server.telephony.record import Record
from tests.dialer.test_pacer import Time, ended


def test_one_that_breaks_is_logged_once_and_the_others_are_told(caplog: pytest.LogCaptureFixture) -> None:
    watchers, told = Watchers(), []

    def breaks(record: Record, fact: facts.Fact) -> None:
        raise ZeroDivisionError

    watchers.add(breaks)
    stop = watchers.add(lambda record, _: told.append(record.call))
    record, over = ended(Time(), answered=True)

    with caplog.at_level(logging.ERROR, "discador"):
        watchers.tell(record, over)
        watchers.tell(record, over)
    stop()
    watchers.tell(record, over)

    assert told == [record.call, record.call]
    (line,) = caplog.records
    assert line.exc_info is not None
    assert line.exc_info[0] is ZeroDivisionError
    assert record.call in line.getMessage()
