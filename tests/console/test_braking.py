from __future__ import annotations

from string import Formatter

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console import braking
from fastagi_server.console.tongue import Tongue
from fastagi_server.console.words.brakes import TABLES

ENGLISH = TABLES[Language.ENGLISH]


def fields(pattern: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


@pytest.mark.parametrize("language", [Language.SPANISH, Language.PORTUGUESE])
def test_every_sentence_has_its_translation_with_the_same_numbers(language: Language) -> None:
    words = TABLES[language]

    assert set(words) == set(ENGLISH)
    assert {key: fields(words[key]) for key in words} == {key: fields(ENGLISH[key]) for key in words}
    assert [key for key in words if words[key] == ENGLISH[key]] == []


def test_what_cannot_be_said_is_said_in_english() -> None:
    told = {"standing": "stopped", "reason": "operator", "says": {"who": "ana"}}

    assert braking.brake(Tongue(Language.SPANISH), told, english="stopped: \x1b[2J") == "stopped: \ufffd[2J"
    assert braking.reason(Tongue(Language.SPANISH), told) == "operator"
    assert braking.change(Tongue(Language.SPANISH), {"move": "newer", "parts": []}) == "newer"


def test_what_an_operator_wrote_does_nothing_to_the_terminal() -> None:
    says = {"who": "ana", "text": "\x1b[2J"}
    told = {"standing": "stopped", "reason": "operator", "says": says, "operator": True}

    assert braking.brake(Tongue(Language.SPANISH), told, english="") == (
        "detenido: lo detuvo ana: \ufffd[2J; solo lo suelta un operador"
    )
