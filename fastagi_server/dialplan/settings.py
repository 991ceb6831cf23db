"""What the rendering needs beside the countries; what could break a line of the file is refused here."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastagi_server.dialplan.variables import Sound
from fastagi_server.telephony.country import Country, Destination
from fastagi_server.telephony.errors import BadInputError

MAX_QUESTION_SECONDS = 2
_URI = re.compile(r"agi://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,98}[A-Za-z0-9_]|[A-Za-z0-9_]")
_VERSION = re.compile(r"[A-Za-z0-9.+_-]{1,64}")


def _installed() -> str:
    """Give the version of the installed package, or `unknown` in a tree that was never installed."""
    try:
        return importlib.metadata.version("discador")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True, kw_only=True)
class DialplanSettings:
    """How the contexts reach us, where they lead and where their audio lies.

    `fastagi_uri` is asked when the Originate names no server; an address is better than a name, because
    Asterisk looks names up with the caller waiting. `destinations` are by slug, `destination` serves the
    countries without one. `question_seconds` is how long a callee may wait for our answer before the call
    goes on by its default. `version` stands in the file's first comment.
    """

    fastagi_uri: str = "agi://127.0.0.1:4573"
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    destination: Destination = field(default_factory=lambda: Destination(context="discador-agents"))
    sounds_prefix: str = "discador"
    question_seconds: float = 1.5
    version: str = field(default_factory=_installed)

    def __post_init__(self) -> None:
        if not _URI.fullmatch(self.fastagi_uri):
            raise BadInputError(
                field="fastagi_uri", value=self.fastagi_uri, expected="agi://host or agi://host:port, no path"
            )
        if not _FOLDER.fullmatch(self.sounds_prefix) or ".." in self.sounds_prefix:
            raise BadInputError(
                field="sounds_prefix", value=self.sounds_prefix, expected="a folder below Asterisk's sounds"
            )
        if not 0.1 <= round(self.question_seconds, 3) < MAX_QUESTION_SECONDS:  # noqa: PLR2004 - less is no time to answer
            raise BadInputError(
                field="question_seconds",
                value=self.question_seconds,
                expected="0.1 or more and less than 2 seconds, the silence a callee bears",
            )
        if not _VERSION.fullmatch(self.version):
            raise BadInputError(field="version", value=self.version, expected="a version number")

    def destination_of(self, country: Country) -> Destination:
        """Give the place that this country's connect key leads to."""
        return self.destinations.get(country.slug, self.destination)

    def sound(self, country: Country, sound: Sound) -> str:
        """Name an audio file as Asterisk wants it: below its sounds folder, without an ending."""
        return f"{self.sounds_prefix}/{country.slug}/{sound}"

    def question_timeout(self) -> str:
        """Write `question_seconds` for TIMEOUT(absolute), which knows no exponent: 1.5, never 1.5e0."""
        return f"{self.question_seconds:.3f}".rstrip("0").rstrip(".")
