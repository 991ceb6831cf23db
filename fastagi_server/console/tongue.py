"""Says a sentence in the reader's language; it knows no command."""

from __future__ import annotations

from fastagi_server.config.mistakes import Mistake, SettingError, Wrong
from fastagi_server.config.settings import Language
from fastagi_server.console.words import en, errors, es, mistakes, pt
from fastagi_server.telephony.errors import DiscadorError

TABLES: dict[Language, dict[str, str]] = {
    Language.ENGLISH: en.WORDS,
    Language.SPANISH: es.WORDS,
    Language.PORTUGUESE: pt.WORDS,
}

# What people have named themselves; a campaign called `pager` stays so.
_VERBATIM = frozenset({"campaign", "country", "name", "number", "numbers", "path", "username"})


class Tongue:
    """One language."""

    def __init__(self, language: Language) -> None:
        self.language = language or Language.ENGLISH
        self._words = TABLES[self.language]

    def say(self, key: str, **fields: object) -> str:
        """Give the sentence with its fields filled in."""
        return self._words[key].format(**fields)

    def knows(self, key: str) -> bool:
        """Say whether there is such a sentence."""
        return key in self._words

    def error(self, error: DiscadorError) -> str:
        """Give an error's sentence; one that has no translation is said in English."""
        if isinstance(error, SettingError):
            return self._setting_error(error)
        return self.sentence(error.code, error.details, error.sentence())

    def sentence(self, code: str, details: dict[str, object], english: str) -> str:
        """Give an error's sentence from its parts, as the desk tells them."""
        pattern = errors.TABLES.get(self.language, {}).get(code)
        if pattern is None:
            return english
        phrases = errors.PHRASES[self.language]
        try:
            told = {name: _phrase(name, value, phrases) for name, value in details.items()}
            return pattern.format(**told)
        except KeyError:  # another error of the same name, or a service of another version
            return english

    def phrase(self, words: str) -> str:
        """Give a fixed word that fills an error's brace in this language; one that is not known stays."""
        return errors.PHRASES.get(self.language, {}).get(words, words)

    def _setting_error(self, error: SettingError) -> str:
        """Say every mistake; what would be right stays in English, for it quotes what may be written."""
        patterns = mistakes.TABLES.get(self.language)
        if patterns is None:
            return error.sentence()
        told = [_mistake(each, patterns) for each in error.mistakes]
        return "\n  ".join([mistakes.HEADS[self.language].format(count=len(told)), *told])


def _phrase(field: str, value: object, phrases: dict[str, str]) -> object:
    if field in _VERBATIM or not isinstance(value, str):
        return value
    return phrases.get(value, value)


def _mistake(each: Mistake, patterns: dict[Wrong, str]) -> str:
    told = patterns[each.wrong].format(key=each.key, value=each.value, expected=each.expected)
    return f"{each.place}: {told}"
