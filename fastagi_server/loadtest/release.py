"""The Asterisks that a lab can be of, and where Debian has them. This file does nothing."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Release(enum.StrEnum):
    """A long-term release of Asterisk; the value is how people ask for it."""

    ASTERISK_22 = "22"
    ASTERISK_16 = "16"


# Debian 12 and 13 carry no Asterisk.
SUITES: Mapping[Release, str] = MappingProxyType(
    {Release.ASTERISK_22: "forky", Release.ASTERISK_16: "bullseye"}
)
