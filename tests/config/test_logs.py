"""The logs' settings are held to their limits, wherever they are made."""

from __future__ import annotations

import pytest

from fastagi_server.config.load import load
from fastagi_server.config.logs import Logs
from fastagi_server.telephony.errors import BadInputError


def test_there_are_no_files_unless_a_folder_is_named() -> None:
    assert Logs().folder is None
    told = load(None, {"DISCADOR_LOGS_FOLDER": "logs", "DISCADOR_LOGS_KEEP": "3"}, searched=())
    assert (str(told.logs.folder), told.logs.keep) == ("logs", 3)


@pytest.mark.parametrize("wrong", [{"max_megabytes": 0}, {"keep": 0}, {"keep": 1001}])
def test_a_log_without_bounds_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInputError):
        Logs(**wrong)  # type: ignore[arg-type]
