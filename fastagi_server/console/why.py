"""Says in the reader's language why a call ended or a country pauses.

The engine keeps these sentences in English, details and all, so that a record says why by itself; here they
are known again by their pattern. One that is not known is said as it was kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from fastagi_server.config.settings import Language
from fastagi_server.console.table import printable
from fastagi_server.console.tongue import Tongue
from fastagi_server.console.words.whys import TABLES

_BRACE = re.compile(r"\{(\w+)\}")


def why(tongue: Tongue, kept: str) -> str:
    """Give a why in words, for example `pressed 9: on the opt-out list`; never more than a line."""
    for pattern, told in _patterns(tongue.language):
        found = pattern.fullmatch(kept)
        if found:
            parts = {name: why(tongue, value) for name, value in found.groupdict().items()}
            return printable(told.format(**parts))
    return printable(kept)


@cache
def _patterns(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), told) for english, told in TABLES.get(language, {}).items())


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(english)))


def _parts(english: str) -> Iterator[str]:
    for index, part in enumerate(_BRACE.split(english)):
        yield f"(?P<{part}>.+)" if index % 2 else re.escape(part)
