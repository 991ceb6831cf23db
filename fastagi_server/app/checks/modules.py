"""The modules of Asterisk that dialplan and trunks need, and amd.conf, without which AMD() is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastagi_server.ami import actions
from fastagi_server.app.checks.theirs import Ask, there
from fastagi_server.app.checks.verdicts import judged
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.console.actions import Finding
from fastagi_server.dialplan import needs

AMD = "app_amd"
_NOT_LOADED = "Module not loaded"
# What calls need beside the dialplan's own: the file reader, our prompts, the audio itself.
_ALWAYS = {"pbx_config": "extensions.conf", "format_wav": "wav", "res_rtp_asterisk": "RTP"}
_OF_CHANNEL = {
    "PJSIP": {"chan_pjsip": "PJSIP", "res_pjsip_header_funcs": "PJSIP_HEADER"},
    "SIP": {"chan_sip": "SIP"},
}


def needed(text: str, dials: Iterable[str]) -> dict[str, str]:
    """Give every module that must be loaded, with what it is for."""
    found = {module: ", ".join(names) for module, names in needs.modules(text).items()}
    found |= _ALWAYS
    # The Originate pushes the hangup handler by this function, whatever the dialplan uses.
    found["func_channel"] = "CHANNEL"
    for dial in dials:
        found |= _OF_CHANNEL.get(dial.partition("/")[0], {})
    return found


async def modules(ask: Ask, wanted: Mapping[str, str]) -> list[Finding]:
    """Look whether each module is loaded; amd.conf is told apart, for without it the module never will be."""
    missing = [module for module in wanted if not await _loaded(ask, module)]
    found = []
    if AMD in missing and not await there(ask, "amd.conf"):
        missing.remove(AMD)
        found.append(judged("amd_conf", good=False))
    elif AMD in wanted:
        found.append(judged("amd_conf", good=True))
    names = ", ".join(f"{module} ({wanted[module]})" for module in missing)
    commands = " && ".join(f"asterisk -rx 'module load {module}.so'" for module in missing)
    return [*found, judged("modules", good=not missing, missing=names or "-", commands=commands)]


async def _loaded(ask: Ask, module: str) -> bool:
    try:
        await ask(actions.ModuleCheck(module=module))
    except RefusedError as error:
        if error.details["why"] == _NOT_LOADED:
            return False
        raise
    return True
