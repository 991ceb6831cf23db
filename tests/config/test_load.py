"""Settings come from the defaults, the file and the environment, in that order, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fastagi_server.config.load import load, read
from fastagi_server.config.mistakes import SettingError
from fastagi_server.config.settings import LogLevel, Settings
from fastagi_server.config.trunk import NumberFormat, Trunk

ELSEWHERE = "in the environment or in a file of its own, never here"
DIAL = "like PJSIP/{number}@carrier, with {number} once, no blank, comma or &"
HOUSE = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / "discador.yml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(path: Path | None, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingError) as caught:
        load(path, env or {})
    return [str(each).replace(f"{path}:", "f:") for each in caught.value.mistakes]


def test_nothing_given_is_the_defaults() -> None:
    assert load(None, {}, searched=()) == Settings()


def test_the_file_of_all_settings_is_the_defaults() -> None:
    assert load(HOUSE / "etc" / "discador.yml", {}) == Settings()


def test_the_guides_environment_is_taken() -> None:
    env = {
        "DATABASE_URL": "sqlite:///discador.db",
        "REDIS_URL": "redis://localhost:6379",
        "LOG_LEVEL": "INFO",
        "MAX_CPS": "30.0",
        "ENABLE_PERFORMANCE_MONITORING": "true",
    }
    assert load(None, env, searched=()) == Settings(redis_url="redis://localhost:6379")


def test_the_environment_goes_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, "max_cps: 5\nlog_level: debug\nasterisk: {host: 10.1.2.3, port: 5039}\n")
    loaded = load(path, {"MAX_CPS": "7", "DISCADOR_ASTERISK_PORT": "5040"})
    assert (loaded.max_cps, loaded.log_level) == (7.0, LogLevel.DEBUG)
    assert (loaded.asterisk.host, loaded.asterisk.port) == ("10.1.2.3", 5040)
    assert loaded.asterisk.username == "discador"


def test_a_whole_site(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
trunks:
  carrier:
    dial: PJSIP/{number}@carrier
    number_format: e164
    ring_seconds: 28
callerids:
  mexico: [+525512345678, "+525587654321"]
dialplan:
  destination: {context: from-internal, exten: 600, priority: 1}
  destinations:
    usa: {context: agents}
""",
    )
    loaded = load(path, {})
    carrier = Trunk(dial="PJSIP/{number}@carrier", number_format=NumberFormat.E164, ring_seconds=28)
    assert loaded.trunks == {"carrier": carrier}
    assert loaded.usual_trunk == "carrier"
    assert loaded.callerids == {"mexico": ("+525512345678", "+525587654321")}
    assert loaded.dialplan.destination_for("mexico").exten == "600"
    assert loaded.dialplan.destination_for("usa").context == "agents"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """asterisk:
  hots: x
  port: true
  secret: hunter2
fastagi:
  port: "4573"
trunks:
  carrier: {dial: PJSIP/carrier}
""",
    )
    assert mistakes(path, {"MAX_CPS": "many", "DISCADOR_LAB": "perhaps"}) == [
        "f:2: asterisk.hots is not known here; did you mean host?",
        "f:3: asterisk.port is true; it should be a whole number, without quotes",
        f"f:4: asterisk.secret is (hidden); it should be {ELSEWHERE}",
        "f:6: fastagi.port is '4573'; it should be a whole number, without quotes",
        f"f:8: trunks.carrier.dial is PJSIP/carrier; it should be {DIAL}",
        "DISCADOR_LAB: lab is perhaps; it should be true or false, without quotes",
        "MAX_CPS: max_cps is many; it should be a number, without quotes",
    ]


def test_what_does_not_go_together_is_told_at_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "default_trunk: carier\ntrunks:\n  carrier: {dial: 'PJSIP/{number}@c'}\n"
        "callerids:\n  mexcio: [+525512345678]\ndialplan:\n  destinations:\n    usaa: {context: x}\n",
    )
    assert mistakes(path) == [
        "f:1: default_trunk is 'carier'; it should be one of trunks; did you mean carrier?",
        "f:5: callerids.mexcio is not known here; a country's slug; did you mean mexico?",
        "f:8: dialplan.destinations.usaa is not known here; a country's slug; did you mean usa?",
    ]


def test_a_limit_of_a_country_that_there_is_not_is_refused_and_an_iso_code_told_by_its_slug(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "pacing:\n  country_cps:\n    mexic: 1\n    US: 2\n    usa: 3\n")
    assert mistakes(path) == [
        "f:3: pacing.country_cps.mexic is not known here; a country's slug; did you mean mexico?",
        "f:4: pacing.country_cps.US is not known here; a country's slug; did you mean usa?",
    ]


def test_a_limit_that_is_none_is_told_at_its_country(tmp_path: Path) -> None:
    path = written(tmp_path, "pacing:\n  country_cps:\n    mexico: -1\n    usa: 3\n")
    assert mistakes(path) == ["f:3: pacing.country_cps.mexico is -1; it should be more than 0, at most 1000"]


def test_a_default_route_that_is_empty_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path, "routes:\n  wholesale: {}\ndefault_trunk: wholesale\n")
    assert [each for each in mistakes(path) if "did you mean" in each] == []


def test_what_is_missing_is_told_at_the_section_that_lacks_it(tmp_path: Path) -> None:
    path = written(tmp_path, "lab: true\nfastagi:\n  host: 0.0.0.0\n")
    right = "given: 0.0.0.0 in fastagi.host is no address that Asterisk can call"
    assert mistakes(path) == [f"f:2: fastagi.advertise is ''; it should be {right}"]


def test_an_operators_broken_country_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "countries").mkdir()
    (tmp_path / "countries" / "peru.yml").write_text("slug: peru\n")
    path = written(tmp_path, f"countries_folder: {tmp_path / 'countries'}\n")
    assert any("iso is missing" in each for each in mistakes(path))


def test_the_first_file_found_is_read_and_no_other(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yml", tmp_path / "b.yml"
    second.write_text("max_cps: 2\n")
    assert load(None, {}, searched=(first, second)).max_cps == 2
    first.write_text("max_cps: 1\n")
    assert load(None, {}, searched=(first, second)).max_cps == 1
    assert load(None, {"DISCADOR_CONFIG": str(second)}, searched=(first,)).max_cps == 2
    assert load(first, {"DISCADOR_CONFIG": str(second)}).max_cps == 1


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yml"
    told = "this file cannot be used: No such file or directory; name a file that this user can read"
    assert mistakes(path) == [f"f: {told}"]
    assert mistakes(None, {"DISCADOR_CONFIG": str(path)}) == [f"{path}: {told}"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "Is a directory" in mistakes(tmp_path)[0]


def test_a_file_that_is_found_but_cannot_be_read_is_no_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "discador.yml"
    path.symlink_to(path)
    with pytest.raises(SettingError, match="symbolic links"):
        load(None, {}, searched=(path, HOUSE / "etc" / "discador.yml"))


def test_the_secret_comes_from_its_file_or_from_the_environment_first(tmp_path: Path) -> None:
    held = tmp_path / "ami"
    held.write_text("hunter2\n")
    held.chmod(0o640)
    path = written(tmp_path, f"asterisk:\n  secret_file: {held}\n")
    assert load(path, {}).asterisk.secret == "hunter2"
    assert load(path, {"DISCADOR_AMI_SECRET": "hunter3"}).asterisk.secret == "hunter3"
    assert load(None, {"DISCADOR_ASTERISK_SECRET_FILE": str(held)}, searched=()).asterisk.secret == "hunter2"
    assert "hunter2" not in repr(load(path, {}))


def test_a_secret_that_everybody_may_read_is_refused_at_its_line(tmp_path: Path) -> None:
    held = tmp_path / "ami"
    held.write_text("hunter2\n")
    held.chmod(0o644)
    (told,) = mistakes(written(tmp_path, f"asterisk:\n  secret_file: {held}\n"))
    assert told.startswith("f:2: asterisk.secret_file is ")
    assert told.endswith(f"everybody may read or change it; chmod 640 {held}")
    assert "hunter2" not in told


def test_a_secret_that_would_inject_is_refused_and_not_told() -> None:
    (told,) = mistakes(None, {"DISCADOR_AMI_SECRET": "hunter2\r\nAction: Originate"})
    assert told.startswith("DISCADOR_AMI_SECRET: asterisk.secret is (hidden); ")


def test_a_databases_password_is_in_no_error() -> None:
    (told,) = mistakes(None, {"DATABASE_URL": "mysql://u:hunter2@h/d"})
    assert "hunter2" not in told


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["asterisk", "trunks", "callerids", "fastagi", "dialplan", "lab", "max_cps", "x"]),
        st.recursive(
            st.sampled_from(["1", "yes", "~", "''", "+525512345678", "PJSIP/{number}@c", "[", "&a x", "*a"]),
            lambda inner: (
                st.lists(inner).map(lambda each: f"[{', '.join(each)}]")
                | st.dictionaries(st.sampled_from(["port", "dial", "mexico", "permit"]), inner).map(
                    lambda each: "{" + ", ".join(f"{key}: {value}" for key, value in each.items()) + "}"
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_any_file_gives_settings_or_mistakes(tmp_path: Path, entries: dict[str, str]) -> None:
    path = written(tmp_path, "".join(f"{key}: {value}\n" for key, value in entries.items()))
    try:
        assert isinstance(load(path, {}), Settings)
    except SettingError as wrong:
        assert wrong.mistakes  # noqa: PT017 - either is right


def dotenv(folder: Path, text: str, mode: int = 0o640) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_dotenv_beside_the_file_goes_over_it_and_the_environment_over_both(tmp_path: Path) -> None:
    path = written(tmp_path, "max_cps: 5\nlog_level: error\nengine: a\n")
    dotenv(tmp_path, "export MAX_CPS=6\nLOG_LEVEL=debug\nPOSTGRES_DB=theirs\nDISCADOR_LAB=\n")
    loaded = load(path, {"MAX_CPS": "7", "LOG_LEVEL": ""})
    assert (loaded.max_cps, loaded.log_level, loaded.engine) == (7.0, LogLevel.DEBUG, "a")


def test_without_a_file_the_dotenv_of_the_working_folder_is_read_and_with_one_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path)
    dotenv(tmp_path, "MAX_CPS=3\n")
    assert load(None, {}, searched=()).max_cps == 3
    assert load(written(tmp_path / "etc", ""), {}).max_cps == Settings().max_cps


def test_the_example_of_a_dotenv_is_the_guides(tmp_path: Path) -> None:
    dotenv(tmp_path, (HOUSE / ".env.example").read_text())
    path = written(tmp_path, "")
    assert load(path, {}) == Settings(redis_url="redis://localhost:6379")


@pytest.mark.parametrize(
    "url", ["postgresql://discador:s3cret@localhost:5432/discador", "sqlite:////var/lib/d.db"]
)
def test_the_addresses_of_guides_are_taken(tmp_path: Path, url: str) -> None:
    dotenv(tmp_path, f"DATABASE_URL={url}\n")
    assert load(written(tmp_path, ""), {}).database_url == url


def test_mistakes_of_a_dotenv_name_its_file_its_line_and_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    env = dotenv(
        tmp_path,
        "MAX_CPS=many\nLOG_LEVL=INFO\nnonsense\nDISCADOR_FASTAGI_PROT=1\nDISCADOR_CONFIG=x\n"
        "DISCADOR_ZZZZZZZZZZZZZZZZ=1\nPORT=80\nlog_level=x\n",
    )
    assert [each.replace(f"{env}:", ".env:") for each in mistakes(path)] == [
        ".env:1 MAX_CPS: max_cps is many; it should be a number, without quotes",
        ".env:2: LOG_LEVL is not known here; did you mean LOG_LEVEL?",
        ".env:3: this is not a line of a .env file: a line without =; it should be NAME=VALUE",
        ".env:4: DISCADOR_FASTAGI_PROT is not known here; did you mean DISCADOR_FASTAGI_PORT?",
        (
            ".env:5: DISCADOR_CONFIG is not known here; it belongs into the environment, because it decides "
            "which .env is read"
        ),
        ".env:6: DISCADOR_ZZZZZZZZZZZZZZZZ is not known here; docs/configuration.md names every variable",
        ".env:8: log_level is not known here; did you mean LOG_LEVEL?",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "DISCADOR_AMI_SECRET=hunter2",
        "DATABASE_URL=postgresql://u:hunter2@h/d",
        "REDIS_URL=redis://:hunter2@h:1",
    ],
)
@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_dotenv_with_a_secret_in_it_is_for_its_owner_and_group(
    tmp_path: Path, line: str, mode: int
) -> None:
    path = written(tmp_path, "")
    env = dotenv(tmp_path, f"{line}\n", mode)
    (told,) = mistakes(path)
    name = line.partition("=")[0]
    assert told.startswith(f"{env}: this file cannot be used: it holds a secret ({name}), and ")
    assert told.endswith(f"; chmod 640 {env}")
    assert "hunter2" not in told
    env.chmod(0o640)
    load(path, {})


def test_a_dotenv_without_a_secret_may_be_anybodys(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    dotenv(tmp_path, "REDIS_URL=redis://localhost:6379/0\nDISCADOR_AMI_SECRET=\n", 0o644)
    assert load(path, {}).redis_url == "redis://localhost:6379/0"


def test_a_secret_may_stand_in_a_dotenv_and_is_never_told(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    dotenv(tmp_path, "DISCADOR_AMI_SECRET='hunter2'\n")
    assert load(path, {}).asterisk.secret == "hunter2"
    dotenv(tmp_path, "DISCADOR_AMI_SECRET='hunter2" + "x" * 600 + "'\n")
    (told,) = mistakes(path)
    assert "DISCADOR_AMI_SECRET: asterisk.secret is (hidden)" in told
    assert "hunter2" not in told


def test_a_folder_named_dotenv_is_somebodys_and_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    (tmp_path / ".env").mkdir()
    assert load(path, {}) == Settings()
    (tmp_path / ".env").rmdir()
    (tmp_path / ".env").symlink_to(".env")
    (told,) = mistakes(path)
    assert "this file cannot be used: Too many levels of symbolic links" in told


def test_each_setting_remembers_where_it_came_from(tmp_path: Path) -> None:
    path = written(tmp_path, "max_cps: 5\n")
    env = dotenv(tmp_path, "LOG_LEVEL=debug\n")
    told = read(path, {"DISCADOR_ENGINE": "b"})
    assert (told.file, told.dotenv) == (path, env)
    places = {key: str(place) for key, place in told.tree.keys.items()}
    assert places == {"max_cps": f"{path}:1", "log_level": f"{env}:1 LOG_LEVEL", "engine": "DISCADOR_ENGINE"}


def test_each_asterisk_of_a_fleet_has_a_secret_of_its_own(tmp_path: Path) -> None:
    held = tmp_path / "b.secret"
    held.write_text("hunter2\n")
    held.chmod(0o640)
    fleet = (
        f"fleet:\n  b: {{port: 5039, secret_file: {held}}}\n  c: {{host: 192.0.2.3, weight: 0, cps: 20}}\n"
    )
    path = written(tmp_path, fleet)

    told = load(path, {"DISCADOR_AMI_SECRET": "first", "DISCADOR_FLEET_C_SECRET": "hunter3"})

    assert {name: each.secret for name, each in told.asterisks.items()} == {
        "asterisk": "first",
        "b": "hunter2",
        "c": "hunter3",
    }
    assert told.permitted == ("127.0.0.1", "192.0.2.3")
    assert load(path, {"DISCADOR_FLEET_B_SECRET": "hunter4"}).fleet["b"].secret == "hunter4"
    assert "hunter" not in repr(told)


def test_what_is_wrong_with_an_asterisk_of_a_fleet_is_told_at_its_line(tmp_path: Path) -> None:
    text = "fleet:\n  b: {port: 5039, secret: hunter2}\n  asterisk: {port: 5040}\n"
    (secret, name) = mistakes(written(tmp_path, text))
    assert secret.startswith(f"f:2: fleet.b.secret is (hidden); it should be {ELSEWHERE}")
    assert name.startswith("f:3: fleet is 'asterisk'; it should be named with small letters")

    (told,) = mistakes(written(tmp_path, "fleet: {b: {port: 5039, secret_file: /nowhere}}\n"))
    assert told.startswith("f:1: fleet.b.secret_file is ")
    env = {"DISCADOR_FLEET_B_SECRET": "hunter2\rAction: Originate"}
    (told,) = mistakes(written(tmp_path, "fleet: {b: {port: 5039}}\n"), env)
    assert told.startswith("DISCADOR_FLEET_B_SECRET: fleet.b is (hidden); ")


def test_what_is_wrong_with_a_route_is_told_at_its_line(tmp_path: Path) -> None:
    trunks = "trunks:\n  acme: {dial: 'PJSIP/{number}@acme'}\ndefault_trunk: wholesale\n"
    assert load(written(tmp_path, f"{trunks}routes: {{wholesale: {{acme: 2}}}}\n"), {}).routes == {
        "wholesale": {"acme": 2.0}
    }
    for route, expected in {
        "wholesale: {acne: 1}": "f:5: routes.wholesale.acne is 'acne'; it should be one of trunks",
        "wholesale: {acme: 0}": "f:5: routes.wholesale is ",
        "wholesale: {acme: -1}": "f:5: routes.wholesale.acme is -1.0; it should be a weight of 0 (a spare)",
        "wholesale: {acme: many}": "f:5: routes.wholesale.acme is many; it should be a number",
        "Wholesale: {acme: 1}": "f:5: routes is 'Wholesale'; it should be named with small letters",
    }.items():
        assert mistakes(written(tmp_path, f"{trunks}routes:\n  {route}\n"))[0].startswith(expected)
