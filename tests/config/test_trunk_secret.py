"""A SIP secret comes from the environment or a file of its own, and is told to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.config import trunk_secret
from fastagi_server.config.mistakes import SettingError
from fastagi_server.config.pjsip import Pjsip

NAME = "DISCADOR_TRUNK_CARRIER_2_SECRET"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of the file\n")
    path.chmod(0o640)
    return path


def test_the_environment_goes_before_the_file(file: Path) -> None:
    endpoint = Pjsip(host="192.0.2.1", username="acme", secret_file=file)

    assert trunk_secret.variable("carrier-2") == NAME
    assert trunk_secret.read("carrier-2", endpoint, {NAME: "hunter2"}) == "hunter2"
    assert trunk_secret.read("carrier-2", endpoint, {NAME: ""}) == "of the file"


def test_a_carrier_that_asks_for_none_gets_none() -> None:
    assert trunk_secret.read("carrier-2", Pjsip(host="192.0.2.1"), {NAME: "hunter2"}) == ""


def test_where_none_is_both_places_are_named() -> None:
    with pytest.raises(SettingError) as wrong:
        trunk_secret.read("carrier-2", Pjsip(host="192.0.2.1", username="acme"), {})
    assert NAME in str(wrong.value)
    assert "trunks.carrier-2.pjsip.secret_file" in str(wrong.value)


@pytest.mark.parametrize("secret", ["hunter2;x", " hunter2", "hunter2 ", "hunter2\nallow = all", "x" * 513])
def test_a_secret_that_pjsip_conf_would_not_hold_is_refused_and_not_told(secret: str) -> None:
    with pytest.raises(SettingError) as wrong:
        trunk_secret.read("carrier-2", Pjsip(host="192.0.2.1", username="acme"), {NAME: secret})
    assert NAME in str(wrong.value)
    assert secret.strip() not in str(wrong.value)
    assert "hunter2" not in str(wrong.value)


def test_a_file_that_everybody_reads_is_refused(file: Path) -> None:
    file.chmod(0o644)
    with pytest.raises(SettingError) as wrong:
        trunk_secret.read("carrier", Pjsip(host="192.0.2.1", username="acme", secret_file=file), {})
    assert f"chmod 640 {file}" in str(wrong.value)
    assert "of the file" not in str(wrong.value)


def test_a_file_is_held_to_the_same(file: Path) -> None:
    file.write_text("hunter2;x\n")
    with pytest.raises(SettingError) as wrong:
        trunk_secret.read("carrier", Pjsip(host="192.0.2.1", username="acme", secret_file=file), {})
    assert "hunter2" not in str(wrong.value)
