"""Reading extensions.conf as Asterisk does; the odd cases are what Asterisk 22 listed of the same lines."""

from __future__ import annotations

import pytest

from fastagi_server.dialplan.read import HINT, Step, UnreadableDialplanError, read


def test_same_goes_on_where_the_last_line_was() -> None:
    text = (
        "[menu]\nexten => 3,1,NoOp()\n same => n(here),Goto(s,1)\n same => n+2,Hangup\nexten = s,1,Answer()\n"
    )

    assert read(text) == {
        "menu": (
            Step(exten="3", priority=1, app="NoOp"),
            Step(exten="3", priority=2, label="here", app="Goto", data="s,1"),
            Step(exten="3", priority=5, app="Hangup"),
            Step(exten="s", priority=1, app="Answer"),
        )
    }


def test_exten_may_count_on_too() -> None:
    steps = read("[a]\nexten => 3,1,One()\nexten => 3,n,Two()\nexten => 3,s,Same()")["a"]

    assert [step.priority for step in steps] == [1, 2, 2]


def test_an_escaped_semicolon_is_text_and_a_bare_one_begins_a_comment() -> None:
    text = '[odd]\nexten => s,1,NoOp(semi\\;colon, comma "quote") ; a comment; with another\n'

    assert read(text)["odd"] == (Step(exten="s", priority=1, app="NoOp", data='semi;colon, comma "quote"'),)


def test_a_block_comment_hides_its_lines() -> None:
    text = "[a]\nexten => s,1,One() ;-- hidden\nexten => s,2,Hidden()\n--;\nexten => s,2,Two()\n;--- a rule\n"

    assert [step.app for step in read(text)["a"]] == ["One", "Two"]


def test_the_last_bracket_closes() -> None:
    steps = read("[a]\nexten => _X.,1,Set(TIMEOUT(absolute)=${IF($[1]?2:3)})")["a"]

    assert steps == (Step(exten="_X.", priority=1, app="Set", data="TIMEOUT(absolute)=${IF($[1]?2:3)}"),)


def test_a_hint_has_no_number() -> None:
    assert read("[a]\nexten => 5,hint,Local/s@odd")["a"] == (
        Step(exten="5", priority=HINT, app="Local/s@odd"),
    )


def test_a_context_in_two_parts_is_one() -> None:
    contexts = read("[a]\nexten => 1,1,One()\n[b]\n[a]\nexten => 2,1,Two()")

    assert {name: len(steps) for name, steps in contexts.items()} == {"a": 2, "b": 0}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("include => other", "only exten and same"),
        ("#include other.conf", "only exten and same"),
        ("nonsense", "only exten and same"),
        ("same => n,NoOp()", "no extension before it"),
        ("exten => s,n,NoOp()", "no priority before it"),
        ("exten => s,first,NoOp()", "neither a number"),
        ("exten => s,1,NoOp(", "not closed"),
        ("exten => s,1,", "no application"),
        ("exten => s", "neither a number"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(line: str, why: str) -> None:
    with pytest.raises(UnreadableDialplanError, match=why) as refused:
        read(f"[a]\n{line}\n")

    assert refused.value.details["number"] == 2


def test_a_step_before_any_context_is_refused() -> None:
    with pytest.raises(UnreadableDialplanError, match="before the first context"):
        read("exten => s,1,NoOp()")
