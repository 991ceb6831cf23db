"""What the shell completes: names of the store and of the configuration. It is silent whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from fastagi_server.console import book
from fastagi_server.console.actions import Actions
from fastagi_server.console.session import Session
from fastagi_server.store import campaigns as kept_campaigns
from fastagi_server.telephony.clock import Clock

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_DISCADOR_COMPLETE"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a session is made of; the shell asks before there is one."""

    env: Mapping[str, str]
    actions: Actions
    clock: Clock
    _opened: dict[tuple[Path | None, str], Session] = field(default_factory=dict, init=False, repr=False)

    def open(self, config: Path | None, chosen: str = "") -> Session:
        """Give the session of one command line: its help asks first, and the configuration is read once."""
        key = (config, chosen)
        if key not in self._opened:
            self._opened[key] = Session(config, self.env, chosen, self.actions, self.clock)
        return self._opened[key]


def script(shell: str, discador: click.Command) -> str:
    """Give what a shell must read to complete our words."""
    kind = get_completion_class(shell)
    return kind(discador, {}, "discador", _VARIABLE).source() if kind else ""


def countries(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a country's slug."""
    return _found(context, incomplete, lambda known: [each.slug for each in known.countries])


def trunks(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a trunk's name."""
    return _found(context, incomplete, lambda known: known.settings.trunks)


def ways(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a trunk or of a route."""
    return _found(context, incomplete, lambda known: (*known.settings.trunks, *known.settings.routes))


def campaigns(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a campaign in the store."""

    def names(known: Session) -> list[str]:
        return [each.name for each in book.read(known, kept_campaigns.every)]

    return _found(context, incomplete, names)


def _found(context: click.Context, incomplete: str, find: Callable[[Session], Iterable[str]]) -> list[str]:
    """Give what begins so; an error would be printed amid what somebody types."""
    root = context.find_root()
    found: list[str] = []
    logging.disable(logging.CRITICAL)
    with suppress(Exception):
        known = root.obj.open(root.params.get("config"))
        found = [each for each in find(known) if each.startswith(incomplete)]
    logging.disable(logging.NOTSET)
    return found
