from __future__ import annotations

import json
import subprocess
import sys
from string import Formatter

import pytest

from fastagi_server.config.mistakes import Mistake, Place, SettingError, Wrong
from fastagi_server.config.settings import Language
from fastagi_server.console.tongue import TABLES, Tongue
from fastagi_server.console.words import en, errors, mistakes
from fastagi_server.dialer.gate import NO_LINK, NotDialedError
from fastagi_server.numbering.number import Why

OTHERS = [Language.SPANISH, Language.PORTUGUESE]

# These end in the log, told to no user of the commands: AGI sessions and the FastAGI scripts.
_LOGGED = ("fastagi_server.agi.", "fastagi_server.ivr.")
_WALK = """
import json
import fastagi_server.__main__
from fastagi_server.telephony.errors import DiscadorError
def walk(kind):
    for each in kind.__subclasses__():
        yield each
        yield from walk(each)
found = {each: None for each in walk(DiscadorError)}
print(json.dumps([[each.__module__, each.__name__, each.__doc__ or ""] for each in found]))
"""


def fields(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


@pytest.fixture(scope="module")
def sentences() -> dict[str, str]:
    """Give the English sentence of every error that the program itself can raise, by class name."""
    # A process of its own: here other tests have imported what the program does not.
    told = subprocess.run([sys.executable, "-c", _WALK], capture_output=True, text=True, check=True).stdout
    return {
        name: doc.strip().splitlines()[0]
        for module, name, doc in json.loads(told)
        if not f"{module}.".startswith(_LOGGED) and name != "SettingError"
    }


@pytest.mark.parametrize("language", OTHERS)
def test_the_tables_have_the_same_keys_and_fields(language: Language) -> None:
    words = TABLES[language]

    assert set(words) == set(en.WORDS)
    assert {key: fields(words[key]) for key in words} == {key: fields(en.WORDS[key]) for key in en.WORDS}


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: Language) -> None:
    same = {key for key, word in TABLES[language].items() if word == en.WORDS[key]}

    assert same <= {
        "call.amd",
        "call.sip",
        "call.closed",
        "error",
        "finding.redis.remedy",
        "finding.store_open.remedy",
        "report.callerids",
        "report.head.performance",
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_error_that_people_can_meet_is_translated(
    language: Language, sentences: dict[str, str]
) -> None:
    assert len(sentences) > 20
    assert set(sentences) - set(errors.TABLES[language]) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_are_of_errors_that_there_are_with_their_fields(
    language: Language, sentences: dict[str, str]
) -> None:
    table = errors.TABLES[language]

    assert set(table) - set(sentences) == set()
    assert {name: fields(table[name]) for name in table} == {name: fields(sentences[name]) for name in table}


@pytest.mark.parametrize("language", OTHERS)
def test_mistakes_of_the_configuration_are_told_in_every_language(language: Language) -> None:
    assert set(mistakes.TABLES[language]) == set(Wrong)
    for wrong in Wrong:
        each = Mistake(wrong=wrong, place=Place(file="f", line=3), key="k.y", value="'v'", expected="e")
        told = Tongue(language).error(SettingError([each]))
        english = SettingError([each]).sentence()

        assert told.splitlines()[1].startswith("  f:3: ")
        assert told != english
        # Whatever the English sentence shows of the mistake is shown here too.
        assert {part for part in ("k.y", "'v'") if part in english} <= {
            part for part in ("k.y", "'v'") if part in told
        }


def test_mistakes_in_english_are_configs_own() -> None:
    error = SettingError([Mistake(wrong=Wrong.MISSING, place=Place(file="f"), key="k", expected="e")])

    assert Tongue(Language.ENGLISH).error(error) == error.sentence()


@pytest.mark.parametrize("language", OTHERS)
def test_fixed_words_within_an_error_are_translated(language: Language) -> None:
    phrases = errors.PHRASES[language]

    assert {why.replace("_", " ") for why in Why if why is not Why.OK} <= set(phrases)
    assert NO_LINK in phrases
    assert set(phrases) == set(errors.PHRASES[Language.SPANISH])
    assert NO_LINK not in Tongue(language).error(NotDialedError(number="+52", reason=NO_LINK))


def test_an_unknown_error_is_said_in_english() -> None:
    assert Tongue(Language.SPANISH).sentence("NewError", {"a": 1}, "as it was") == "as it was"


def test_an_error_of_the_same_name_with_other_fields_is_said_in_english() -> None:
    assert Tongue(Language.SPANISH).sentence("RefusedError", {"command": 1}, "as it was") == "as it was"


def test_no_language_is_english() -> None:
    assert Tongue(Language.ENVIRONMENT).say("calls.none") == "No calls yet."
