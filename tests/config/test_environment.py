"""The environment goes over the file; a slip of the pen is told, somebody else's variable is left alone."""

from __future__ import annotations

from fastagi_server.config.document import Items, Scalar, Table, parse
from fastagi_server.config.environment import overlay, variables
from fastagi_server.config.mistakes import Mistake, Place
from fastagi_server.config.settings import Settings


def lay(env: dict[str, str], text: str = "") -> tuple[Table, list[str]]:
    mistakes: list[Mistake] = []
    tree = parse(text.encode(), file="f", mistakes=mistakes)
    overlay(Settings, tree, env, mistakes)
    return tree, [str(each) for each in mistakes]


def at(tree: Table, *keys: str) -> object:
    node: object = tree
    for key in keys:
        assert isinstance(node, Table)
        node = node.entries[key]
    return node


def test_names_are_the_guides_or_follow_the_key_path() -> None:
    names = {each.name: each.keys for each in variables(Settings)}
    assert names["DATABASE_URL"] == ("database_url",)
    assert names["REDIS_URL"] == ("redis_url",)
    assert names["LOG_LEVEL"] == ("log_level",)
    assert names["MAX_CPS"] == ("max_cps",)
    assert names["ENABLE_PERFORMANCE_MONITORING"] == ("enable_performance_monitoring",)
    assert names["DISCADOR_AMI_SECRET"] == ("asterisk", "secret")
    assert names["DISCADOR_FASTAGI_PORT"] == ("fastagi", "port")
    assert not any("TRUNKS" in name or "CALLERIDS" in name for name in names)


def test_names_are_all_different() -> None:
    names = [each.name for each in variables(Settings)]
    assert len(names) == len(set(names))


def test_a_variable_takes_the_place_of_what_the_file_says() -> None:
    tree, mistakes = lay({"DISCADOR_ASTERISK_PORT": "7"}, "asterisk:\n  port: 5\n  host: h\n")
    assert mistakes == []
    place = Place(file="DISCADOR_ASTERISK_PORT", variable="DISCADOR_ASTERISK_PORT")
    assert at(tree, "asterisk", "port") == Scalar("7", plain=True, place=place)
    assert isinstance(at(tree, "asterisk", "host"), Scalar)


def test_a_variable_reaches_a_section_that_the_file_does_not_have() -> None:
    for text in ("", "fastagi:\n"):
        tree, _ = lay({"DISCADOR_FASTAGI_HOST": "::1"}, text)
        assert isinstance(at(tree, "fastagi", "host"), Scalar)


def test_a_section_that_is_none_stays_for_the_reader_to_tell() -> None:
    tree, _ = lay({"DISCADOR_FASTAGI_HOST": "::1"}, "fastagi: 5\n")
    assert isinstance(at(tree, "fastagi"), Scalar)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert lay({"DATABASE_URL": ""})[0].entries == {}


def test_a_list_is_written_with_commas() -> None:
    tree, _ = lay({"DISCADOR_FASTAGI_PERMIT": "10.1.2.3, ::1,"})
    permit = at(tree, "fastagi", "permit")
    assert isinstance(permit, Items)
    assert [each.text for each in permit.items if isinstance(each, Scalar)] == ["10.1.2.3", "::1"]


def test_one_and_nought_are_usual_in_the_environment() -> None:
    for text, word in (("1", "true"), ("0", "false"), ("true", "true")):
        lab = at(lay({"DISCADOR_LAB": text})[0], "lab")
        assert isinstance(lab, Scalar)
        assert lab.text == word


def test_text_is_text_whatever_it_says() -> None:
    tree, _ = lay({"DISCADOR_AMI_SECRET": "null"})
    secret = at(tree, "asterisk", "secret")
    assert isinstance(secret, Scalar)
    assert not secret.plain


def test_a_slip_of_the_pen_is_told() -> None:
    assert lay({"DISCADOR_FASTAGI_PROT": "1"})[1] == [
        "the environment: DISCADOR_FASTAGI_PROT is not known here; did you mean DISCADOR_FASTAGI_PORT?"
    ]


def test_somebody_elses_variables_are_left_alone() -> None:
    env = {
        "DISCADOR_SERVICE_HOST": "10.0.0.1",
        "DISCADOR_SERVICE_PORT": "80",
        "DISCADOR_PORT": "tcp://10.0.0.1:80",
        "DISCADOR_PORT_4573_TCP_ADDR": "10.0.0.1",
        "DISCADOR_CONFIG": "/x",
        "MAX_CPSS": "1",
        "PATH": "/bin",
    }
    tree, mistakes = lay(env)
    assert (tree.entries, mistakes) == ({}, [])
