"""Says a sentence in the reader's language; it knows no command."""

from __future__ import annotations

from fastagi_server.config.settings import Language
from fastagi_server.console.words import en, errors, es, pt
from fastagi_server.telephony.errors import DiscadorError

TABLES: dict[Language, dict[str, str]] = {
    Language.ENGLISH: en.WORDS,
    Language.SPANISH: es.WORDS,
    Language.PORTUGUESE: pt.WORDS,
}


class Tongue:
    """One language."""

    def __init__(self, language: Language) -> None:
        self.language = language or Language.ENGLISH
        self._words = TABLES[self.language]

    def say(self, key: str, **fields: object) -> str:
        """Give the sentence with its fields filled in."""
        return self._words[key].format(**fields)

    def error(self, error: DiscadorError) -> str:
        """Give an error's sentence; one that has no translation is said in English."""
        return self.sentence(error.code, error.details, error.sentence())

    def sentence(self, code: str, details: dict[str, object], english: str) -> str:
        """Give an error's sentence from its parts, as the desk tells them."""
        pattern = errors.TABLES.get(self.language, {}).get(code)
        return pattern.format(**details) if pattern else english
