"""The language is the one chosen, or the one that the environment asks for first."""

from __future__ import annotations

import pytest

from fastagi_server.config.language import of_environment, spoken
from fastagi_server.config.settings import Language


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({}, Language.ENGLISH),
        ({"LANG": "es_MX.UTF-8"}, Language.SPANISH),
        ({"LANG": "pt_BR.UTF-8"}, Language.PORTUGUESE),
        ({"LANG": "C.UTF-8"}, Language.ENGLISH),
        ({"LANG": "de_DE.UTF-8"}, Language.ENGLISH),
        ({"LC_ALL": "", "LANG": "es"}, Language.SPANISH),
        ({"LC_ALL": "C", "LANG": "es_MX"}, Language.ENGLISH),
        ({"LC_MESSAGES": "pt_BR", "LANG": "es_MX"}, Language.PORTUGUESE),
    ],
)
def test_the_environment_asks_in_the_order_of_posix(env: dict[str, str], language: Language) -> None:
    assert of_environment(env) is language
    assert spoken(Language.ENVIRONMENT, env) is language


def test_what_is_chosen_goes_before_the_environment() -> None:
    assert spoken(Language.PORTUGUESE, {"LANG": "es_MX"}) is Language.PORTUGUESE
