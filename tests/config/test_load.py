"""Settings come from the defaults, the file and the environment, in that order, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fastagi_server.config.load import load
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
