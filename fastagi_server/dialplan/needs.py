"""Which of Asterisk's modules a rendered file needs, read from the file itself.

Nobody keeps a second list of what the templates use; what is kept here is which module holds each name. This
file does not know whether a module is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastagi_server.dialplan.read import Step, read

CORE = ""
# Where each application and function lives; the core's own are always there.
MODULE_OF: dict[str, str] = {
    "AGI": "res_agi",
    "AMD": "app_amd",
    "Answer": CORE,
    "Background": CORE,
    "ExecIf": "app_exec",
    "Gosub": "app_stack",
    "GosubIf": "app_stack",
    "Goto": CORE,
    "GotoIf": CORE,
    "Hangup": CORE,
    "NoOp": CORE,
    "Playback": "app_playback",
    "Return": "app_stack",
    "Set": CORE,
    "UserEvent": "app_userevent",
    "Wait": CORE,
    "WaitExten": CORE,
    "CHANNEL": "func_channel",
    "DB": "func_db",
    "DB_DELETE": "func_db",
    "FILTER": "func_strings",
    "HANGUPCAUSE": "func_hangupcause",
    "LEN": "func_strings",
    "PJSIP_HEADER": "res_pjsip_header_funcs",
    "REGEX": "func_strings",
    "SIPADDHEADER": "chan_sip",
    "STRREPLACE": "func_strings",
    "TIMEOUT": "func_timeout",
}
_READ = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\(")
_SET = re.compile(r"([A-Z][A-Z0-9_]*)\(")
_INNER = re.compile(r"[?:]([A-Za-z]+)\((.*)\)")


def names(text: str) -> set[str]:
    """Give every application and function that a rendered file uses."""
    return {name for steps in read(text).values() for step in steps for name in _of(step)}


def modules(text: str) -> dict[str, tuple[str, ...]]:
    """Give the modules beyond the core that a rendered file needs, each with the names that it holds."""
    found: dict[str, set[str]] = {}
    for name in names(text):
        found.setdefault(MODULE_OF[name], set()).add(name)
    return {module: tuple(sorted(found[module])) for module in sorted(found) if module != CORE}


def _of(step: Step) -> Iterator[str]:
    yield step.app
    yield from _READ.findall(step.data)
    if step.app == "Set" and (written := _SET.match(step.data)):
        yield written[1]
    if step.app == "ExecIf" and (inner := _INNER.search(step.data)):
        yield from _of(Step(exten=step.exten, priority=step.priority, app=inner[1], data=inner[2]))
