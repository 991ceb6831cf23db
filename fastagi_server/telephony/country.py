"""What a country wants of a call: its keys, its voice, its patience."""

from __future__ import annotations

import enum
import re
import zoneinfo
from dataclasses import dataclass, field

from fastagi_server.telephony.errors import BadInputError

KEYS = frozenset("0123456789*#")
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,30}")
_ISO = re.compile(r"[A-Z]{2}")
_SOUND = re.compile(r"[A-Za-z0-9_./-]{1,200}")
_CODE = re.compile(r"(?:[1-9][0-9]{0,2})?")
MAX_OFFERS = 9
MAX_CAP = 1_000_000


class Answer(enum.StrEnum):
    """What the dialplan does once AMD() has spoken."""

    PLAY = "play"
    HANGUP = "hangup"


@dataclass(frozen=True, kw_only=True)
class AmdNumbers:
    """The eight arguments of AMD(), in its own order; milliseconds unless the name says otherwise."""

    initial_silence: int = 2000
    greeting: int = 1500
    after_greeting_silence: int = 700
    total_analysis_time: int = 3500
    min_word_length: int = 100
    between_words_silence: int = 50
    maximum_number_of_words: int = 2
    silence_threshold: int = 256

    def arguments(self) -> str:
        """Give the argument list as AMD() takes it, for example 2000,1500,700,3500,100,50,2,256."""
        return ",".join(str(getattr(self, name)) for name in self.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the three audio files say, in the country's first language."""

    identification: str
    optout: str
    offer: str


@dataclass(frozen=True, kw_only=True)
class Country:
    """One country's way of being called; its slug names its context, its iso names its numbers.

    `code` is the calling code, told to people only. `cap` is how many calls a day one caller ID may make
    here, 0 for no limit, and `zone` the IANA time zone in which that day begins and ends.
    """

    slug: str
    iso: str
    languages: tuple[str, ...]
    texts: Texts
    connect_key: str = "1"
    optout_key: str = "9"
    repeat_key: str = "0"
    amd: AmdNumbers = field(default_factory=AmdNumbers)
    notsure: Answer = Answer.PLAY
    offers: int = 3
    wait_seconds: int = 5
    thanks: bool = False
    code: str = ""
    cap: int = 0
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise BadInputError(field="slug", value=self.slug, expected="small letters, digits and _")
        if not _ISO.fullmatch(self.iso):
            raise BadInputError(field="iso", value=self.iso, expected="two capitals of ISO 3166-1")
        self._check_keys()
        if not self.languages:
            raise BadInputError(field="languages", value=self.languages, expected="at least one language")
        if not 1 <= self.offers <= MAX_OFFERS:
            raise BadInputError(field="offers", value=self.offers, expected=f"1 to {MAX_OFFERS}")
        if not 1 <= self.wait_seconds <= 60:  # noqa: PLR2004 - a minute of silence is nobody's choice
            raise BadInputError(field="wait_seconds", value=self.wait_seconds, expected="1 to 60 seconds")
        self._check_numbers()

    def _check_keys(self) -> None:
        keys = {"connect_key": self.connect_key, "optout_key": self.optout_key, "repeat_key": self.repeat_key}
        for name, key in keys.items():
            if key not in KEYS:
                raise BadInputError(field=name, value=key, expected="one key of 0-9, * or #")
        if len(set(keys.values())) != len(keys):
            raise BadInputError(field="connect_key", value=self.connect_key, expected="three different keys")

    def _check_numbers(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise BadInputError(field="code", value=self.code, expected="a calling code, 1 to 999")
        if not 0 <= self.cap <= MAX_CAP:
            raise BadInputError(field="cap", value=self.cap, expected=f"0 (no limit) to {MAX_CAP}")
        if not _is_zone(self.zone):
            raise BadInputError(field="zone", value=self.zone, expected="an IANA name: America/Mexico_City")

    @property
    def context(self) -> str:
        """The name of the rendered context, for example discador_mexico."""
        return f"discador_{self.slug}"


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a pressed connect key leads: a place in the operator's own dialplan.

    `queue` is the Asterisk queue that answers there, empty where there is none, or none whose agents we heed.
    """

    context: str
    exten: str = "s"
    priority: str = "1"
    queue: str = ""

    def __post_init__(self) -> None:
        for name in ("context", "exten", "priority", "queue"):
            value = getattr(self, name)
            if (name, value) != ("queue", "") and not re.fullmatch(r"[A-Za-z0-9_.+*#-]{1,80}", value):
                raise BadInputError(
                    field=f"destination.{name}", value=value, expected="a plain dialplan name"
                )


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def check_sound(path: str) -> str:
    """Take the name of a sound file without its ending; what could break a dialplan line is refused."""
    if not _SOUND.fullmatch(path) or ".." in path:
        raise BadInputError(field="sound", value=path, expected="letters, digits, _ . / - and no ..")
    return path
