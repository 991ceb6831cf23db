from __future__ import annotations

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console.reason import reason
from fastagi_server.console.tongue import Tongue


@pytest.mark.parametrize(
    ("why", "english", "spanish"),
    [
        ("not_dialable: toll_free", "toll free", "es de llamada gratuita"),
        ("toll_free", "toll free", "es de llamada gratuita"),
        ("no_country: FR", "no country of the configuration is FR", "ningún país de la configuración es FR"),
        ("duplicate", "on the list already", "ya está en la lista"),
        ("outside", "outside the Americas", "está fuera de América"),
        ("something_new: x", "something new: x", "something new: x"),
    ],
)
def test_what_is_stored_is_said_in_words(why: str, english: str, spanish: str) -> None:
    assert reason(Tongue(Language.ENGLISH), why) == english
    assert reason(Tongue(Language.SPANISH), why) == spanish


def test_a_country_that_is_told_beside_the_word() -> None:
    assert reason(Tongue(Language.ENGLISH), "no_country", "xx") == "no country of the configuration is xx"
    assert reason(Tongue(Language.ENGLISH), "no_country") == "no country of the configuration is -"
