"""What was rendered beside what Asterisk runs, the differences in plain words.

This file does not know AMI; it is given the fields of its ListDialplan events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastagi_server.dialplan.read import HINT, Step
from fastagi_server.telephony.errors import BadInputError

Contexts = Mapping[str, Sequence[Step]]


def step_from_listing(extension: str, priority: str, label: str, application: str, app_data: str) -> Step:
    r"""Make a step of a ListDialplan event; a header that was not there is passed as ''.

    Asterisk lists data as it keeps it: `\;` of the file is `;` here and there, variables are unexpanded.
    A hint has the word hint for its priority and its device for its application.
    """
    if priority == "hint":
        return Step(exten=extension, priority=HINT, label=label, app=application)
    if not (priority.isascii() and priority.isdecimal()):
        raise BadInputError(field="Priority", value=priority, expected="a number or hint")
    return Step(exten=extension, priority=int(priority), label=label, app=application, data=app_data)


def differences(want: Contexts, got: Contexts) -> list[str]:
    """Say what of `want` is missing or other in `got`, and what is there beside it; equal gives nothing.

    Contexts that only `got` has are the operator's own and are left alone.
    """
    found: list[str] = []
    for context, steps in want.items():
        if context not in got:
            found.append(f"context {context} is missing")
        else:
            found += [f"context {context}: {each}" for each in _in_context(steps, got[context])]
    return found


def _in_context(want: Sequence[Step], got: Sequence[Step]) -> list[str]:
    wanted = {(step.exten, step.priority): step for step in want}
    listed = {(step.exten, step.priority): step for step in got}
    found = []
    for place, step in wanted.items():
        if place not in listed:
            found.append(f"{_place(step)} is missing")
        elif step != listed[place]:
            found.append(f"{_place(step)} should be {_command(step)}, but is {_command(listed[place])}")
    return found + [f"{_place(step)} is not ours" for place, step in listed.items() if place not in wanted]


def _place(step: Step) -> str:
    return f"extension {step.exten} " + ("hint" if step.priority == HINT else f"priority {step.priority}")


def _command(step: Step) -> str:
    label = f" (label {step.label})" if step.label else ""
    return f"{step.app}({step.data}){label}"
