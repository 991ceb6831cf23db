"""An Asterisk that reads our file, and runs what it held at the last reload, unless it is told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Headers, Response
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.dialplan.read import HINT, UnreadableDialplanError, read

NAME = "discador/discador.conf"
Contexts = dict[str, Any]


class Pbx:
    """What apply asks, answered from a file of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.running: Contexts = {}
        self.asked: list[str] = []
        self.seen: list[bytes | None] = []
        self.fails: dict[str, Exception] = {}
        self.channels: list[Any] = []
        self.astdb: dict[str, str] = {}
        self.included = True
        self.takes: Callable[[Contexts], Contexts] = lambda contexts: contexts
        self.reads: Callable[[Contexts], Contexts] = lambda contexts: contexts

    async def ask(self, action: Action) -> Answered:
        self.asked.append(action.action)
        if action.action in self.fails:
            raise self.fails[action.action]
        told: tuple[Any, ...] = ()
        headers = Headers(())
        match action:
            case actions.Reload():
                assert action.module == "pbx_config"
                self.reload()
            case actions.GetConfig():
                headers = self.extensions(action.category) if action.category else self.config()
                assert action.filename == ("extensions.conf" if action.category else NAME)
            case actions.CoreShowChannels():
                told = tuple(self.channels)
            case actions.DBPut() | actions.DBDel() | actions.DBGetTree():
                told = self.keeps(action)
            case actions.ShowDialPlan():
                assert action.context is not None
                if action.context not in self.running:
                    raise RefusedError(action="ShowDialPlan", why=f"Did not find context {action.context}")
                told = tuple(self.lists(action.context))
        response = Response(response="Success", headers=headers)
        return Answered(action_id="t", action=action, response=response, events=told)

    def keeps(self, action: Action) -> tuple[Any, ...]:
        match action:
            case actions.DBPut():
                self.astdb[action.key] = action.val
            case actions.DBDel():
                if self.astdb.pop(action.key, None) is None:
                    raise RefusedError(action="DBDel", why="Database entry not found")
            case actions.DBGetTree(family=family):
                kept = self.astdb.items()
                return tuple(events.DBGetTreeResponse(key=f"/{family}/{key}", val=val) for key, val in kept)
        return ()

    def reload(self) -> None:
        self.seen.append(self.path.read_bytes() if self.path.exists() else None)
        try:
            self.running = self.takes(dict(read(self.path.read_text())))
        except (FileNotFoundError, UnicodeDecodeError, UnreadableDialplanError):
            self.running = {}

    def extensions(self, category: str) -> Headers:
        if not self.included:
            return Headers((("No categories found", ""),))
        assert category in read(self.path.read_text())
        return Headers((("Category-000000", category),))

    def config(self) -> Headers:
        if not self.path.exists():
            raise RefusedError(action="GetConfig", why="Config file not found")
        pairs = []
        for number, (name, steps) in enumerate(self.reads(dict(read(self.path.read_text()))).items()):
            pairs.append((f"Category-{number:06}", name))
            for place, step in enumerate(steps):
                label = f"({step.label})" if step.label else ""
                written = f"{step.exten},{step.priority}{label},{step.app}({step.data})"
                hint = f"{step.exten},hint{label},{step.app}"
                line = hint if step.priority == HINT else written
                pairs.append((f"Line-{number:06}-{place:06}", f"exten={line}"))
        return Headers(tuple(pairs))

    def lists(self, context: str) -> Any:
        yield events.ListDialplan(context=context, include_context="others")
        for step in self.running[context]:
            yield events.ListDialplan(
                context=context,
                extension=step.exten,
                priority="hint" if step.priority == HINT else str(step.priority),
                extension_label=step.label,
                application=step.app,
                app_data=step.data,
            )


def without(context: str, priority: int) -> Callable[[Contexts], Contexts]:
    """Leave a step out."""

    def takes(contexts: Contexts) -> Contexts:
        return {
            name: tuple(step for step in steps if (name, step.priority) != (context, priority))
            for name, steps in contexts.items()
        }

    return takes
