"""YAML becomes a tree with lines; nothing is guessed, built or expanded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.config.document import MAX_BYTES, MAX_DEPTH, Items, Node, Scalar, Table, kind_of, parse
from fastagi_server.config.mistakes import Mistake, Place, SettingError


def read(text: str) -> tuple[Table, list[Mistake]]:
    mistakes: list[Mistake] = []
    return parse(text.encode(), file="f.yml", mistakes=mistakes), mistakes


def bare(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [bare(each) for each in node.items]
    return {key: bare(each) for key, each in node.entries.items()}


def refusal(raw: bytes) -> str:
    with pytest.raises(SettingError) as caught:
        parse(raw, file="f.yml", mistakes=[])
    return str(caught.value)


def test_lists_and_mappings_keep_their_shape() -> None:
    tree, mistakes = read("a: 1\nb:\n  - x\n  - [y, {z: 2}]\nc: {}\nd: []\n")
    assert bare(tree) == {"a": "1", "b": ["x", ["y", {"z": "2"}]], "c": {}, "d": []}
    assert mistakes == []


def test_every_key_and_value_knows_its_line() -> None:
    tree, _ = read("a:\n  b:\n    - 1\n    - 2\n")
    a = tree.entries["a"]
    assert isinstance(a, Table)
    b = a.entries["b"]
    assert isinstance(b, Items)
    assert a.keys["b"] == Place(file="f.yml", line=2)
    assert [each.place.line for each in b.items] == [3, 4]


@pytest.mark.parametrize(
    "text", ["NO", "yes", "007", "+525512345678", "1_000", "12:30:45", "2020-01-01", ".inf"]
)
def test_a_scalar_stays_the_text_that_stands_there(text: str) -> None:
    tree, _ = read(f"a: {text}\n")
    assert tree.entries["a"] == Scalar(text, plain=True, place=Place(file="f.yml", line=1))


@pytest.mark.parametrize("text", ["'NO'", '"NO"', "!!str NO", "! NO"])
def test_quotes_and_the_tag_of_text_make_it_text(text: str) -> None:
    tree, _ = read(f"a: {text}\n")
    assert tree.entries["a"] == Scalar("NO", plain=False, place=Place(file="f.yml", line=1))


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n"])
def test_an_empty_file_is_an_empty_table(text: str) -> None:
    assert read(text)[0].entries == {}


def test_a_byte_order_mark_is_no_matter() -> None:
    assert bare(parse("\ufeffa: 1".encode(), file="f", mistakes=[])) == {"a": "1"}


def test_a_key_given_twice_is_a_mistake_with_both_lines_and_reading_goes_on() -> None:
    tree, mistakes = read("a:\n  b: 1\n  b: 2\nc: 3\nc: 4\n")
    assert [str(each) for each in mistakes] == [
        "f.yml:3: a.b is given twice; it should be there once (the first stands on line 2)",
        "f.yml:5: c is given twice; it should be there once (the first stands on line 4)",
    ]
    assert bare(tree) == {"a": {"b": "1"}, "c": "3"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"a: &x [1]\nb: *x\n", "f.yml:2: this is not YAML that we take: an alias (*)"),
        (b"a: &x {b: *x}\n", "f.yml:1: this is not YAML that we take: an alias (*)"),
        (
            b"a: 1\nb: !!python/object/apply:os.system [ls]\n",
            "f.yml:2: this is not YAML that we take: a tag (!)",
        ),
        (b"a: !!int '5'\n", "a tag (!)"),
        (b"a: !!binary aGk=\n", "a tag (!)"),
        (b"? [1, 2]\n: 3\n", "f.yml:1: this is not YAML that we take: a list or mapping as a key"),
        (b"a: 1\n---\nb: 2\n", "f.yml:2: this is not YAML that we take: a second document"),
        (b"- a\n- b\n", "f.yml:1: this is not YAML that we take: a list; it should be a mapping"),
        (b"just words\n", "just words; it should be a mapping"),
        (b"a: 1\n  b: 2\n", "f.yml:2: this is not YAML that we take: mapping values are not allowed here"),
        (b"a: [1\n", "f.yml:2:"),
        (b"a: 1\n\tb: 2\n", "f.yml:2:"),
        (b"a: 1\nb: \xff\n", "f.yml:2: this is not YAML that we take: byte 0xff; it should be UTF-8"),
        (b"a: 1\nb: \x01\n", "f.yml:2: this is not YAML that we take: a control character"),
        (b"a: " + b"[" * 5000, "f.yml:1: this is not YAML that we take: more than"),
        (b"#" * (MAX_BYTES + 1), f"f.yml:1: this is not YAML that we take: {MAX_BYTES + 1} bytes"),
    ],
)
def test_what_is_refused_says_where_and_why(raw: bytes, told: str) -> None:
    assert told in refusal(raw)


def test_nesting_is_taken_up_to_its_limit() -> None:
    inner = MAX_DEPTH - 1
    assert read("a: " + "[" * inner + "]" * inner)[0].entries
    assert "levels" in refusal(b"a: " + b"[" * (inner + 1) + b"]" * (inner + 1))


def test_mistakes_found_before_the_end_are_told_with_it() -> None:
    told = refusal(b"a: 1\na: 2\nb: *x\n")
    assert "Mistakes in the configuration: 2." in told


def test_a_node_is_shown_as_it_was_written() -> None:
    place = Place(file="f")
    assert kind_of(Scalar("x", plain=True, place=place)) == "x"
    assert kind_of(Scalar("x", plain=False, place=place)) == "'x'"
    assert kind_of(Scalar("", plain=True, place=place)) == "''"
    assert (kind_of(Items(place)), kind_of(Table(place))) == ("a list", "a mapping")


@pytest.mark.parametrize(
    "value", ["*hunter2", "!hunter2", "!hunter2!x", "@hunter2", "`hunter2", "'hunter2", "[hunter2"]
)
def test_a_secret_in_the_wrong_place_is_not_told(value: str) -> None:
    assert "hunter2" not in refusal(f"asterisk:\n  secret: {value}\n".encode())


@given(st.binary(max_size=200) | st.text("a:-[]{}&*!'\"\n #?|>%@", max_size=60).map(str.encode))
def test_any_bytes_give_a_tree_or_an_error_of_ours(raw: bytes) -> None:
    try:
        tree = parse(raw, file="f", mistakes=[])
    except SettingError as wrong:
        assert wrong.mistakes  # noqa: PT017 - either is right
    else:
        assert isinstance(tree, Table)
