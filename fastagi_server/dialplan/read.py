"""extensions.conf in, steps out: what Asterisk makes of a file, for files as tame as ours.

This file does not know our contexts. It reads contexts, `exten =>`, `same =>`, priorities n and s with
labels, hints, comments (block comments too) and escapes; includes and other directives it refuses rather
than passes over, because what is not read cannot be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastagi_server.telephony.errors import DiscadorError

HINT = -1
_SETTING = re.compile(r"(?P<name>[^=]*?)\s*=>?\s*(?P<value>.*)")
_CONTEXT = re.compile(r"\[(?P<name>[^\]]+)\]")
_PRIORITY = re.compile(r"(?P<base>n|s|hint|[0-9]+)(?:\+(?P<plus>[0-9]+))?(?:\((?P<label>[^)]+)\))?")


class UnreadableDialplanError(DiscadorError):
    """Line {number} of the dialplan cannot be read: {line!r} ({why})."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One priority of one extension; label is '' where there is none, a hint has the priority HINT."""

    exten: str
    priority: int
    label: str = ""
    app: str
    data: str = ""


def read(text: str) -> dict[str, tuple[Step, ...]]:
    """Give the steps of each context in the file's order; a context without steps is there, empty."""
    found: dict[str, list[Step]] = {}
    steps: list[Step] | None = None
    for number, line in _lines(text):
        try:
            if named := _CONTEXT.fullmatch(line):
                steps = found.setdefault(named["name"], [])
            else:
                current = _current(steps)
                current.append(_step(line, current[-1] if current else None))
        except ValueError as why:
            raise UnreadableDialplanError(number=number, line=line, why=why) from why
    return {context: tuple(steps) for context, steps in found.items()}


def _current(steps: list[Step] | None) -> list[Step]:
    if steps is None:
        raise ValueError("it stands before the first context")
    return steps


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give what is left of each line when comments and blanks are gone, with its number."""
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        rest, kept = line, ""
        while rest:
            if inside:
                _, closed, rest = rest.partition("--;")
                inside = not closed
                continue
            before, semicolon, rest = rest.partition(";")
            if semicolon and before.endswith("\\"):
                kept += before[:-1] + ";"
                continue
            kept += before
            if rest.startswith("--") and not rest.startswith("---"):
                inside = True
                continue
            break
        if kept.strip():
            yield number, kept.strip()


def _step(line: str, previous: Step | None) -> Step:
    setting = _SETTING.fullmatch(line)
    if setting is None or setting["name"] not in ("exten", "same"):
        raise ValueError("only exten and same are read")
    if setting["name"] == "exten":
        exten, _, rest = setting["value"].partition(",")
        return _priority(
            exten.strip(), rest, previous if previous and previous.exten == exten.strip() else None
        )
    if previous is None:
        raise ValueError("same has no extension before it")
    return _priority(previous.exten, setting["value"], previous)


def _priority(exten: str, rest: str, previous: Step | None) -> Step:
    written, _, command = rest.partition(",")
    priority = _PRIORITY.fullmatch(written.strip())
    if priority is None:
        raise ValueError("its priority is neither a number nor n, s or hint")
    label = priority["label"] or ""
    if priority["base"] == "hint":
        return Step(exten=exten, priority=HINT, label=label, app=command.strip())
    app, data = _command(command.strip())
    return Step(exten=exten, priority=_number(priority, previous), label=label, app=app, data=data)


def _number(priority: re.Match[str], previous: Step | None) -> int:
    plus = int(priority["plus"] or 0)
    if priority["base"] not in ("n", "s"):
        return int(priority["base"]) + plus
    if previous is None or previous.priority == HINT:
        raise ValueError("there is no priority before it to count from")
    return previous.priority + plus + (priority["base"] == "n")


def _command(command: str) -> tuple[str, str]:
    """Part an application from its data: the first bracket opens, the last one closes."""
    app, bracket, data = command.partition("(")
    if not app.strip():
        raise ValueError("it names no application")
    if not bracket:
        return app.strip(), ""
    if not data.endswith(")"):
        raise ValueError("its bracket is not closed")
    return app.strip(), data[:-1]
