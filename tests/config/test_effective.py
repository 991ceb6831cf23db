"""What is in force is told with its place, and no secret leaves by this door."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.config.effective import Effective, _hidden, effective
from fastagi_server.config.load import read
from fastagi_server.config.mistakes import HIDDEN


def told(folder: Path, text: str, env: dict[str, str] | None = None) -> dict[str, Effective]:
    path = folder / "discador.yml"
    path.write_text(text)
    return {each.key: each for each in effective(read(path, env or {}))}


def test_every_setting_is_there_with_its_default(tmp_path: Path) -> None:
    found = told(tmp_path, "")
    assert found["max_cps"] == Effective(key="max_cps", value=30.0, source="default")
    assert found["asterisk.port"].value == 5038
    assert found["log_level"].value == "INFO"
    assert found["trunks"].value == {}
    assert {each.source for each in found.values()} == {"default"}


def test_each_setting_names_the_file_the_line_or_the_variable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nMAX_CPS=4\n")
    found = told(
        tmp_path,
        (
            "engine: a\ntrunks:\n  carrier:\n    dial: PJSIP/{number}@carrier\n"
            "callerids: {mexico: [+525550009000]}\n"
        ),
        {"LOG_LEVEL": "debug"},
    )
    file = tmp_path / "discador.yml"
    assert {key: (each.value, each.source) for key, each in found.items() if each.source != "default"} == {
        "max_cps": (4.0, f"{tmp_path / '.env'}:2 MAX_CPS"),
        "log_level": ("DEBUG", "$LOG_LEVEL"),
        "engine": ("a", f"{file}:1"),
        "trunks.carrier.dial": ("PJSIP/{number}@carrier", f"{file}:4"),
        "callerids.mexico": (["+525550009000"], f"{file}:5"),
    }
    assert found["trunks.carrier.ring_seconds"].source == "default"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////var/lib/d.db", "sqlite:////var/lib/d.db"),
        ("postgresql://u:hunter2@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://:hunter2@h/d", "postgresql://:***@h/d"),
        ("postgresql://u%3Ahunter2@h/d", "postgresql://***@h/d"),
        ("postgresql://u:hun/ter2@h/d", "(hidden)"),
        ("postgresql://u:hun@ter2@h/d", "(hidden)"),
        ("postgresql://u:hun#ter2@h/d", "(hidden)"),
        ("postgresql://h/d?user=u&password=hunter2", "(hidden)"),
    ],
)
def test_an_address_is_shown_without_its_password(tmp_path: Path, url: str, shown: str) -> None:
    assert told(tmp_path, "", {"DATABASE_URL": url})["database_url"].value == shown


def test_a_secret_is_hidden_and_its_file_is_its_place(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    secret.chmod(0o640)
    found = told(tmp_path, f"asterisk: {{secret_file: {secret}}}\n")
    assert found["asterisk.secret"] == Effective(key="asterisk.secret", value="(hidden)", source=str(secret))
    found = told(tmp_path, "", {"DISCADOR_AMI_SECRET": "hunter2"})
    assert found["asterisk.secret"].source == "$DISCADOR_AMI_SECRET"
    assert "hunter2" not in str(found)
    assert told(tmp_path, "")["asterisk.secret"].value == ""


def test_redis_takes_a_lone_word_for_its_password() -> None:
    assert _hidden("redis://hunter2@h") == "redis://***@h"


def test_where_the_secret_of_one_more_asterisk_came_from_is_told_and_not_what_it_is(
    tmp_path: Path,
) -> None:
    found = told(tmp_path, "fleet: {b: {port: 5039}}\n", {"DISCADOR_FLEET_B_SECRET": "hunter2"})

    assert (found["fleet.b.secret"].value, found["fleet.b.secret"].source) == (
        HIDDEN,
        "$DISCADOR_FLEET_B_SECRET",
    )
