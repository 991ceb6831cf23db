"""Contexts whose names say what is in them: another content is another name, and a call keeps its own.

A bundle (the shared subroutines, or one country) is rendered with a mark where its version belongs; the
version is made of the text itself. Other dialplans and an Originate know the public names only: an entry of
one step leads from each to the current version. This file does not know which version Asterisk runs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastagi_server.dialplan import variables
from fastagi_server.telephony.country import Country

# No context that we render has an @ in its name, so the mark is never anything else.
_MARK = "@version@"
_DIGITS = 8
_VERSIONED = re.compile(r"(?P<public>discador_[a-z0-9_]{1,40})-(?P<version>[0-9a-f]{8})")
_ANY_VERSION = re.compile(r"(discador_[a-z0-9_]{1,40})-[0-9a-f]{8}\b")


def stamped(text: str) -> tuple[str, str]:
    """Give a bundle's text with its version in place of the mark, and the version."""
    version = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return text.replace(_MARK, version), version


def public(context: str) -> str:
    """Give a context's name without its version; a name that has none stays."""
    versioned = _VERSIONED.fullmatch(context)
    return versioned["public"] if versioned else context


def is_versioned(context: str) -> bool:
    """Say whether a name is one of ours with a version."""
    return _VERSIONED.fullmatch(context) is not None


def unversioned(text: str) -> str:
    """Give a text with every version left out, so that two generations can be laid side by side."""
    return _ANY_VERSION.sub(r"\1", text)


@dataclass(frozen=True, kw_only=True)
class SharedNames:
    """The subroutines of one version."""

    version: str = _MARK

    @property
    def ask(self) -> str:
        """Asks over FastAGI."""
        return f"{variables.CONTEXT_ASK}-{self.version}"

    @property
    def key(self) -> str:
        """Says what a key means."""
        return f"{variables.CONTEXT_KEY}-{self.version}"

    @property
    def optout(self) -> str:
        """Writes an opt-out down."""
        return f"{variables.CONTEXT_OPTOUT}-{self.version}"

    @property
    def ended(self) -> str:
        """Tells a call's end."""
        return f"{variables.CONTEXT_ENDED}-{self.version}"

    @property
    def contexts(self) -> tuple[str, ...]:
        """All of them."""
        return self.ask, self.key, self.optout, self.ended


@dataclass(frozen=True, kw_only=True)
class CountryNames:
    """The contexts of one country in one version, in the order in which a call runs them."""

    country: Country
    version: str = _MARK

    @property
    def start(self) -> str:
        """Where an answered call begins."""
        return f"{self.country.context}-{self.version}"

    @property
    def ident(self) -> str:
        """Says who calls; only the opt-out key is heard there."""
        return f"{variables.ident_context(self.country)}-{self.version}"

    @property
    def offer(self) -> str:
        """Makes the offer; every key is heard there."""
        return f"{variables.offer_context(self.country)}-{self.version}"

    @property
    def contexts(self) -> tuple[str, ...]:
        """All of them."""
        return self.start, self.ident, self.offer


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Contexts that come and go together; `since` is when a later version took their place, 0: not yet."""

    contexts: tuple[str, ...]
    since: int = 0

    def line(self) -> str:
        """Give what the register of versions says of it."""
        return ",".join((str(self.since), *self.contexts))


def read_bundle(line: str) -> Bundle | None:
    """Take a line of the register; what is not in our own hand is left alone."""
    since, *contexts = line.split(",")
    if not (since.isascii() and since.isdecimal()) or not contexts or not all(map(is_versioned, contexts)):
        return None
    return Bundle(contexts=tuple(contexts), since=int(since))


def names(bundles: Sequence[Bundle]) -> list[str]:
    """Give the contexts of some bundles."""
    return [context for bundle in bundles for context in bundle.contexts]
