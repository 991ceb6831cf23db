"""What the commands do, as the console sees it; the roof gives the real ones."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastagi_server.config.settings import Settings
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.frames import Dial, Frame


class Level(enum.StrEnum):
    """How much a finding weighs: bad must be mended, a note is worth knowing and no more."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: its sentence's key, its level, what fills the braces."""

    key: str
    level: Level
    says: Mapping[str, object] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Say whether nothing must be done about it; a note leaves everything well."""
        return self.level is not Level.BAD


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What applying a dialplan came to: how many contexts, how many of earlier versions stayed and went.

    `same` says that nothing was reloaded; `changes` is a diff, context by context.
    """

    contexts: int
    same: bool = False
    kept: int = 0
    dropped: int = 0
    changes: Sequence[str] = ()


class Actions(Protocol):
    """What needs the reactor."""

    def serve(self, settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
        """Serve until told to stop."""
        ...

    def call(
        self, settings: Settings, countries: Sequence[Country], dial: Dial, tell: Callable[[Frame], bool]
    ) -> None:
        """Ring one number without a running service; `tell` says whether a frame was the last."""
        ...

    def apply(self, settings: Settings, text: str, *, dry_run: bool) -> Applied:
        """Put a rendered dialplan in force, or only look what that would change."""
        ...

    def check(self, settings: Settings, countries: Sequence[Country], text: str) -> list[Finding]:
        """Look at everything that could keep calls from going well."""
        ...
