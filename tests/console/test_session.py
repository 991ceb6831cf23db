from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fastagi_server.config.mistakes import SettingError
from fastagi_server.config.settings import Language
from fastagi_server.console.session import Session, dialplan_settings
from fastagi_server.dialplan.read import read


def session(config: Path, chosen: str = "", **env: str) -> Session:
    return Session(config, env, chosen, actions=None, clock=None)  # type: ignore[arg-type]


def test_each_thing_is_made_once(discador: Any) -> None:
    known = session(discador.folder / "discador.yml")

    assert known.settings is known.settings
    assert known.countries is known.countries
    assert known.tongue is known.tongue


@pytest.mark.parametrize(
    ("chosen", "env", "configured", "spoken"),
    [
        ("pt", {"LANG": "es_MX"}, "es", Language.PORTUGUESE),
        ("", {"LANG": "pt_BR"}, "es", Language.SPANISH),
        ("", {"LANG": "pt_BR"}, "", Language.PORTUGUESE),
        ("", {}, "", Language.ENGLISH),
    ],
)
def test_which_language_is_spoken(
    discador: Any, chosen: str, env: dict[str, str], configured: str, spoken: Language
) -> None:
    file = discador.folder / "discador.yml"
    file.write_text(file.read_text() + f'language: "{configured}"\n')

    assert session(file, chosen, **env).tongue.language is spoken


def test_a_broken_configuration_still_has_a_tongue(tmp_path: Path) -> None:
    known = session(tmp_path / "none.yml", LANG="es_MX")

    assert known.tongue.language is Language.SPANISH
    with pytest.raises(SettingError):
        _ = known.settings


def test_the_dialplan_is_rendered_with_the_settings(discador: Any) -> None:
    known = session(discador.folder / "discador.yml", DISCADOR_FASTAGI_PORT="4999")

    assert "discador_mexico" in read(known.dialplan())
    assert "agi://127.0.0.1:4999" in known.dialplan()
    assert dialplan_settings(known.settings).fastagi_uri == "agi://127.0.0.1:4999"
