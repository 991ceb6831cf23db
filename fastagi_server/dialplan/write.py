"""Steps in, extensions.conf out: what was read from Asterisk is written as it stood, for contexts like ours.

This file does not know what a step does. What could not be read back as the same step is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fastagi_server.dialplan.read import HINT, Step, UnreadableDialplanError, read
from fastagi_server.telephony.errors import BadInputError


def write(contexts: Mapping[str, Sequence[Step]]) -> str:
    """Give the file of some contexts."""
    text = "".join(f"{line}\n" for name, steps in contexts.items() for line in _lines(name, steps))
    try:
        again = read(text)
    except UnreadableDialplanError as error:
        raise BadInputError(field="dialplan", value=error.details["line"], expected="a plain step") from error
    for name, steps in contexts.items():
        if again.get(name) != tuple(steps):
            raise BadInputError(field="context", value=name, expected="steps that can be written")
    return text


def _lines(name: str, steps: Sequence[Step]) -> Iterator[str]:
    yield f"[{name}]"
    for step in steps:
        label = f"({step.label})" if step.label else ""
        if step.priority == HINT:
            yield f"exten => {step.exten},hint{label},{step.app}"
        else:
            data = step.data.replace(";", "\\;")
            yield f"exten => {step.exten},{step.priority}{label},{step.app}({data})"
