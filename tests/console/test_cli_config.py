"""What the configuration says and where it says so; a wrong one is told with everything that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize("command", ["show", "check"])
@pytest.mark.parametrize("lang", ["en", "es", "pt"])
def test_every_command_has_its_help(discador: Any, command: str, lang: str) -> None:
    assert discador("--lang", lang, "config", command, "--help").code == 0
    assert f"  {command} " in discador("--lang", lang, "config", "--help").out


def test_each_setting_is_a_line_with_its_place(discador: Any) -> None:
    told = discador("config", "show", MAX_CPS="7", DISCADOR_AMI_SECRET="hunter2")

    file = discador.folder / "discador.yml"
    lines = [line.split() for line in told.out.splitlines()]
    assert told.code == 0
    assert ["max_cps", "7.0", "$MAX_CPS"] in lines
    assert ["lab", "false", "default"] in lines
    assert ["redis_url", "-", "default"] in lines
    assert ["desk", f"{discador.folder}/desk", f"{file}:3"] in lines
    assert ["asterisk.secret", "(hidden)", "$DISCADOR_AMI_SECRET"] in lines
    assert "hunter2" not in told.out


def test_many_caller_ids_are_counted_for_people_and_listed_for_programs(discador: Any) -> None:
    owned = [f"+5255500090{n:02}" for n in range(10)]
    discador.write(f"callerids: {{mexico: {json.dumps(owned)}}}\n")

    told = discador("config", "show", "--json")

    (pool,) = [each for each in json.loads(told.out) if each["key"] == "callerids.mexico"]
    assert pool == {"key": "callerids.mexico", "value": owned, "from": f"{discador.folder}/discador.yml:1"}
    assert ", ".join(owned[:3]) + " +7" in discador("config", "show").out


def test_a_right_configuration_is_said_to_be_right_with_what_was_read(discador: Any) -> None:
    (discador.folder / ".env").write_text("MAX_CPS=7\n")

    told = discador("--lang", "en", "config", "check")

    folder = discador.folder
    assert told.code == 0
    assert told.out.startswith(f"The configuration is right: {folder}/discador.yml, {folder}/.env; ")


def test_a_wrong_configuration_is_2_with_every_mistake(discador: Any) -> None:
    discador.write("max_csp: 3\nlog_level: loud\n")
    (discador.folder / ".env").write_text("MAX_CPS=many\n")

    for command in ("check", "show"):
        told = discador("--lang", "en", "config", command)
        assert (told.code, told.out) == (2, "")
        assert "discador.yml:1: max_csp is not known here; did you mean max_cps?" in told.err
        assert "discador.yml:2: log_level is loud; it should be one of DEBUG, INFO" in told.err
        assert ".env:1 MAX_CPS: max_cps is many; it should be a number" in told.err


def test_a_country_that_is_wrong_is_told_too(discador: Any) -> None:
    (discador.folder / "countries").mkdir()
    (discador.folder / "countries" / "peru.yml").write_text("slug: peru\n")
    discador.write(f"countries_folder: {discador.folder}/countries\n")

    told = discador("config", "check")

    assert told.code == 2
    assert "iso is missing" in told.err


def test_a_right_configuration_is_told_to_programs(discador: Any) -> None:
    told = json.loads(discador("config", "check", "--json").out)

    assert told["countries"] > 50
    assert told["read"] == [str(discador.folder / "discador.yml")]
