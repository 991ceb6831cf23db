"""Lets click say its own sentences (usage, options, mistakes) in the reader's language; it knows no command.

Click asks gettext, whose catalogs are binary files chosen by the environment of the process. Ours would have
to change it, and the programs that we start inherit it; so click's modules are given our table instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from click import core, decorators, exceptions, formatting, parser, termui, types

from fastagi_server.config.settings import Language
from fastagi_server.console.words import clicks

MODULES = (core, decorators, exceptions, formatting, parser, termui, types)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let click speak a language, and its own again afterwards."""
    table = clicks.TABLES.get(language, {})

    def one(sentence: str) -> str:
        return table.get(sentence, sentence)

    def many(single: str, several: str, count: int) -> str:
        return one(single if count == 1 else several)

    spoken: dict[str, Callable[..., str]] = {"_": one, "ngettext": many}
    before = [(module, name, getattr(module, name, None)) for module in MODULES for name in spoken]
    asking = [(module, name, said) for module, name, said in before if said is not None]
    for module, name, _ in asking:
        setattr(module, name, spoken[name])
    try:
        yield
    finally:
        for module, name, said in asking:
            setattr(module, name, said)
