from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.app.checks.modules import modules, needed
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.console.actions import Level

TEXT = "[a]\nexten => s,1,AMD()\n same => n,AGI(x)\n"
LOST = "Module not loaded"


def test_what_the_dialplan_and_the_trunks_need_is_asked_for() -> None:
    wanted = needed(TEXT, ["PJSIP/{number}@carrier", "Local/{number}@x"])

    assert wanted["app_amd"] == "AMD"
    assert {"res_agi", "pbx_config", "func_channel", "chan_pjsip", "res_pjsip_header_funcs"} <= set(wanted)
    assert "chan_sip" not in wanted
    assert "chan_sip" in needed(TEXT, ["SIP/carrier/{number}"])


def test_all_loaded_is_good(asterisk: Any, now: Any, levels: Any) -> None:
    assert levels(now(modules(asterisk.ask, needed(TEXT, [])))) == {
        "amd_conf": Level.GOOD,
        "modules": Level.GOOD,
    }


def test_a_missing_module_is_named_with_the_command_that_loads_it(asterisk: Any, now: Any) -> None:
    asterisk.refusals |= {"ModuleCheck res_agi": LOST, "ModuleCheck format_wav": LOST}

    _, found = now(modules(asterisk.ask, needed(TEXT, [])))

    assert found.says["missing"] == "res_agi (AGI), format_wav (wav)"
    assert found.says["commands"] == (
        "asterisk -rx 'module load res_agi.so' && asterisk -rx 'module load format_wav.so'"
    )


def test_without_amd_conf_that_is_what_is_told(asterisk: Any, now: Any, levels: Any) -> None:
    asterisk.refusals |= {"ModuleCheck app_amd": LOST, "GetConfig amd.conf": "Config file not found"}

    assert levels(now(modules(asterisk.ask, needed(TEXT, [])))) == {
        "amd_conf": Level.BAD,
        "modules": Level.GOOD,
    }


def test_with_amd_conf_the_module_itself_is_told(asterisk: Any, now: Any, levels: Any) -> None:
    asterisk.refusals["ModuleCheck app_amd"] = LOST

    assert levels(now(modules(asterisk.ask, needed(TEXT, [])))) == {
        "amd_conf": Level.GOOD,
        "modules": Level.BAD,
    }


def test_a_missing_right_is_no_missing_module(asterisk: Any, now: Any) -> None:
    asterisk.refusals["ModuleCheck"] = "Permission denied"

    with pytest.raises(RefusedError):
        now(modules(asterisk.ask, needed(TEXT, [])))
