"""What was rendered beside what Asterisk runs, the differences in plain words.

This file does not know AMI; it is given the fields of its ListDialplan events.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from fastagi_server.dialplan.read import HINT, Step
from fastagi_server.dialplan.variables import CONTEXT_VERSIONS
from fastagi_server.dialplan.versions import is_versioned, public, unversioned
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


def changes(before: Contexts, after: Contexts) -> list[str]:
    """Give what a change means to new calls, context by context, as a diff; versions are left out of it.

    A context that only one side has is all new or all gone; what is the same is not told.
    """
    old, new = _by_public(before), _by_public(after)
    found: list[str] = []
    for name in sorted({*old, *new}):
        there, here = old.get(name, []), new.get(name, [])
        if there != here:
            told = list(difflib.unified_diff(there, here, lineterm="", n=1))[2:]
            found += [f"[{name}]", *(f"  {line}" for line in told if not line.startswith("@@"))]
    return found


def _by_public(contexts: Contexts) -> dict[str, list[str]]:
    """Give each context's steps as text under its public name, without entries and the register."""
    named: dict[str, list[str]] = {}
    for name, steps in contexts.items():
        if name != CONTEXT_VERSIONS and not _is_entry(name, steps):
            named[public(name)] = [unversioned(line) for line in _written(steps)]
    return named


def _is_entry(name: str, steps: Sequence[Step]) -> bool:
    return any(
        step.app == "Goto" and is_versioned(to := step.data.partition(",")[0]) and public(to) == name
        for step in steps
    )


def _written(steps: Sequence[Step]) -> Iterator[str]:
    """Give the steps in Asterisk's order of extensions, whichever order they came in."""
    for step in sorted(steps, key=lambda each: (each.exten, each.priority)):
        yield f"{_place(step)}: {_command(step)}"


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
