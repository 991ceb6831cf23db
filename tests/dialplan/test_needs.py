from __future__ import annotations

from fastagi_server.config import countries
from fastagi_server.dialplan import needs
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings


def test_every_name_that_our_dialplan_uses_has_its_module() -> None:
    text = render(countries.load(), DialplanSettings(fastagi_uri="agi://127.0.0.1"))

    assert needs.names(text) - set(needs.MODULE_OF) == set()
    assert needs.modules(text) == {
        "app_amd": ("AMD",),
        "app_exec": ("ExecIf",),
        "app_playback": ("Playback",),
        "app_stack": ("Gosub", "Return"),
        "app_userevent": ("UserEvent",),
        "func_channel": ("CHANNEL",),
        "func_db": ("DB", "DB_DELETE"),
        "func_hangupcause": ("HANGUPCAUSE",),
        "func_strings": ("FILTER", "LEN", "REGEX", "STRREPLACE"),
        "func_timeout": ("TIMEOUT",),
        "res_agi": ("AGI",),
    }


def test_names_are_found_where_they_are_read_written_and_nested() -> None:
    text = "[a]\nexten => s,1,ExecIf($[${LEN(${DB(f/k)})} = 0]?Set(TIMEOUT(absolute)=3))\n"

    assert needs.names(text) == {"ExecIf", "LEN", "DB", "Set", "TIMEOUT"}


def test_a_variable_is_no_function() -> None:
    assert needs.names("[a]\nexten => s,1,Set(X=${EXTEN}(1))\n") == {"Set"}
