"""The whole check as a program beside managers of our own; tests/calls/test_check.py has the real one."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

Make = Callable[[dict[str, str]], Any]


def told(program: Any, *, code: int = 1) -> dict[str, Any]:
    done = program.run("check", "--json")
    assert done.returncode == code, done.stdout
    return {each["key"]: each for each in json.loads(done.stdout)}


def test_a_wrong_secret_is_told_in_the_readers_language(
    program: Any, manager: Make, turned_away: dict[str, str]
) -> None:
    program.asterisk = manager(turned_away).port
    program.write()

    out = program.run("check", LANG="es_MX.UTF-8").stdout

    assert f"bien  el AMI de Asterisk responde: 127.0.0.1:{program.asterisk}" in out
    assert "mal   Asterisk deja entrar al usuario de AMI: discador\n" in out
    assert "bajo [discador] en manager.conf" in out


def test_where_no_asterisk_is_the_rest_is_told_all_the_same(program: Any) -> None:
    found = told(program)

    assert found["asterisk"]["level"] == "bad"
    assert "refused" in found["asterisk"]["remedy"]
    assert {"store", "trunk", "folder", "fastagi", "disk", "open_files"} <= set(found)
    assert "login" not in found


def test_an_asterisk_that_shows_nothing_gives_notes_and_the_missing_rights(
    program: Any, manager: Make, let_in: dict[str, str]
) -> None:
    refused = "Response: Error\r\nMessage: Permission denied"
    shut = ("CoreSettings", "ModuleCheck", "ShowDialPlan", "GetConfig", "PJSIPShowEndpoint")
    listed = "Response: Success\r\nPing: x"
    answers = {**let_in, "ListCommands": listed, "Ping": "Response: Success", **dict.fromkeys(shut, refused)}
    program.asterisk = manager(answers).port
    program.write()

    done = program.run("check", "--json")
    found = json.loads(done.stdout)

    assert {each["key"] for each in found if each["level"] == "bad"} >= {"rights"}
    unseen = {each["says"]["what"] for each in found if each["key"] == "unseen"}
    assert unseen >= {"rights_read", "version", "modules", "rtp", "trunk carrier", "asterisk_clock"}


def test_its_own_service_may_hold_the_port_and_a_stranger_may_not(program: Any) -> None:
    with socket.create_server(("127.0.0.1", program.fastagi)):
        assert told(program)["fastagi"]["level"] == "bad"
    assert told(program)["fastagi"]["level"] == "good"

    program.serve()

    assert told(program)["fastagi"]["level"] == "good"


def test_an_asterisk_elsewhere_has_files_that_nobody_here_judges(program: Any) -> None:
    program.write()
    text = program.config.read_text()
    program.config.write_text(text.replace("asterisk: {", "asterisk: {host: 192.0.2.7, "))

    found = told(program)

    assert found["unseen"]["says"]["what"] == "sounds"
    assert "folder_read" not in found
    assert found["advertise"]["level"] == "bad"


def test_each_asterisk_of_a_fleet_is_looked_at_by_name(
    program: Any, manager: Make, turned_away: dict[str, str]
) -> None:
    other = manager(turned_away).port
    program.config.write_text(program.config.read_text() + f"fleet: {{b: {{port: {other}}}}}\n")

    found = json.loads(program.run("check", "--json", DISCADOR_FLEET_B_SECRET="wrong").stdout)

    where = [each["says"]["where"] for each in found if each["key"] == "asterisk"]
    assert where == [f"127.0.0.1:{program.asterisk}", f"b, 127.0.0.1:{other}"]
    assert [each["level"] for each in found if each["key"] == "asterisk"] == ["bad", "good"]
    assert [each["level"] for each in found if each["key"] == "login"] == ["bad"]
