"""Where the rendered dialplan goes and where it sends those who press the connect key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify
from fastagi_server.telephony.country import Destination

# The dash keeps it apart from every country's context: a slug has none.
DESTINATION = Destination(context="discador-destination")


@dataclass(frozen=True, kw_only=True)
class Dialplan:
    """The one file that we write for Asterisk, and the places that it leads to."""

    folder: Path = field(
        default=Path("/etc/asterisk/discador"),
        metadata=about(
            "The folder that is ours alone, as this machine sees it. Asterisk must be able to read it.",
            why="what we write stays apart from files that somebody else keeps.",
        ),
    )
    file: str = field(
        default="discador.conf",
        metadata=about(
            "The file that holds all our contexts. The operator adds one line to extensions.conf: "
            '#tryinclude "discador/discador.conf".',
            why="one file is one include line.",
            check=shapes.conf,
        ),
    )
    included_as: str = field(
        default="",
        metadata=about(
            "The name by which extensions.conf includes the file, counted from Asterisk's configuration "
            "folder. It is looked at by that name before anything is reloaded.",
            why="that means the folder's last name and the file: discador/discador.conf.",
            check=shapes.included,
        ),
    )
    hook: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "A command that takes the file to an Asterisk on another machine, as a list of words; no shell "
            "reads it. {file} in a word is the path of our file, which is its standard input too. It must "
            "put the whole file in place at once, and end with 0.",
            why="that means an Asterisk which reads the folder itself.",
            example=["scp", "-q", "{file}", "pbx:/etc/asterisk/discador/discador.conf"],
        ),
    )
    hook_seconds: float = field(
        default=20,
        metadata=about(
            "How long the hook may take before it is ended and counts as failed.",
            why="the file is there in a second; a host that does not answer must not hold us for ever.",
            unit="seconds",
            least=1,
            most=600,
        ),
    )
    sounds_folder: Path | None = field(
        default=None,
        metadata=about(
            "Asterisk's folder of sounds as this machine sees it: sounds below the data directory that "
            "asterisk -rx 'core show settings' names (Debian's package: /usr/share/asterisk/sounds, FreePBX: "
            "/var/lib/asterisk/sounds). The prompts of each country with caller IDs must then be there, or "
            "in the folder of a language there.",
            why="that means they are not looked at: Asterisk may be on another machine.",
        ),
    )
    sounds_prefix: str = field(
        default="discador",
        metadata=about(
            "The folder below Asterisk's sounds that holds a folder per country.",
            why="our sounds stay together and collide with nobody's.",
            check=shapes.sounds,
        ),
    )
    question_seconds: float = field(
        default=1.5,
        metadata=about(
            "How long the dialplan waits for our answer to a question before it goes on by its defaults.",
            why="an answer takes milliseconds, and a callee hears the wait as silence.",
            unit="seconds",
            least=0.1,
            most=10,
        ),
    )
    destination: Destination = field(
        default=DESTINATION,
        metadata=about(
            "Where a call goes when the connect key is pressed: a place in the operator's own dialplan. "
            "Where Queue() answers there, queue names it (600, ventas, as asterisk -rx 'queue show' lists "
            "it): then no more calls leave than its agents can take. Without it they leave whoever is free.",
            why="no site's queue can be known; write a context of this name, or name your own.",
        ),
    )
    destinations: Mapping[str, Destination] = field(
        default_factory=dict,
        metadata=about(
            "Another destination for a country, by the country's slug.",
            why="most sites answer all their calls in one place.",
            example={"mexico": {"context": "from-internal", "exten": "600", "priority": "1"}},
        ),
    )

    def __post_init__(self) -> None:
        verify(self)

    @property
    def path(self) -> Path:
        """The file with its folder."""
        return self.folder / self.file

    @property
    def name(self) -> str:
        """The file as extensions.conf includes it."""
        return self.included_as or f"{self.folder.name}/{self.file}"

    @property
    def queues(self) -> frozenset[str]:
        """The queues whose agents are heeded."""
        every = (self.destination, *self.destinations.values())
        return frozenset(each.queue for each in every if each.queue)

    def destination_for(self, slug: str) -> Destination:
        """Give the destination of one country."""
        return self.destinations.get(slug, self.destination)
