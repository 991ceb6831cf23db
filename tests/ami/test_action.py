import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.ami import actions
from fastagi_server.ami.action import HEADERS, Action
from fastagi_server.telephony.errors import BadInputError

KINDS = [kind for kind in vars(actions).values() if isinstance(kind, type) and issubclass(kind, Action)]
KINDS.remove(Action)
TEXT = st.text(alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=100)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,20}", fullmatch=True)
VALUE = st.text(
    alphabet=st.characters(exclude_characters='\r\n\0,"\\', exclude_categories=["Cs"]), max_size=100
)
RESERVED = {"action", "actionid", "userevent"}
BY_FIELD = {
    "variables": st.lists(st.tuples(NAME, VALUE), max_size=20).map(tuple),
    "headers": st.lists(st.tuples(NAME, TEXT), max_size=20)
    .map(tuple)
    .filter(lambda pairs: not any(name.lower() in RESERVED for name, _ in pairs)),
    "channel": TEXT.filter(lambda text: text and not text.startswith("/")),
}
BY_TYPE = {
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "int | None": st.none() | st.integers(0, 10**9),
    "bool": st.booleans(),
}


def an_action(kind: type[Action]) -> st.SearchStrategy[Action]:
    parts = {
        spec.name: BY_FIELD.get(spec.name, BY_TYPE.get(str(spec.type))) for spec in dataclasses.fields(kind)
    }
    if kind is actions.Login:
        parts |= {"secret": TEXT, "key": st.none()}
    return st.builds(kind, **parts)


def read_as_asterisk_does(data: bytes) -> list[tuple[str, str]]:
    """A model of manager.c: lines to the first empty one, a name to the first colon, then the value."""
    head, end, rest = data.decode().partition("\r\n\r\n")
    assert end
    assert rest == "", "two actions where there was one"
    pairs = []
    for text in head.split("\r\n"):
        name, colon, value = text.partition(":")
        assert colon
        pairs.append((name, value.removeprefix(" ")))
    return pairs


def expected(action: Action, action_id: str) -> list[tuple[str, str]]:
    pairs = [("Action", action.action), ("ActionID", action_id)]
    for spec in dataclasses.fields(action):
        value = getattr(action, spec.name)
        if spec.name in HEADERS and value is not None:
            pairs.append((HEADERS[spec.name], str(value).lower() if isinstance(value, bool) else str(value)))
    pairs += [("Variable", f"{name}={value}") for name, value in getattr(action, "variables", ())]
    pairs += list(getattr(action, "headers", ()))
    return pairs


@given(st.sampled_from(KINDS).flatmap(an_action), st.integers(0, 10**6))
def test_what_is_written_is_read_back_as_it_was_meant(action: Action, number: int) -> None:
    assert read_as_asterisk_does(action.encode(f"p-{number}")) == expected(action, f"p-{number}")


@given(st.sampled_from(KINDS).flatmap(an_action), st.data())
def test_no_field_of_any_action_lets_a_line_break_through(action: Action, data: st.DataObject) -> None:
    spec = data.draw(
        st.sampled_from([s for s in dataclasses.fields(action) if str(s.type).startswith("str")] or [None])
    )
    if spec is None:
        return
    evil = data.draw(TEXT) + data.draw(st.sampled_from(["\r", "\n", "\0", "\r\nAction: Originate\r\n"]))
    if action.action == "Login" and spec.name == "key":
        return
    with pytest.raises(BadInputError) as caught:
        dataclasses.replace(action, **{spec.name: "x" + evil}).encode("p-1")
    assert spec.name in caught.value.details["field"]
    assert spec.repr is False or caught.value.details["value"] == "x" + evil


@pytest.mark.parametrize("evil", ["a\r\nb", "a\0"])
def test_an_action_id_is_a_header_like_any_other(evil: str) -> None:
    with pytest.raises(BadInputError, match="action_id"):
        actions.Ping().encode(evil)


def test_more_headers_than_asterisk_takes_are_refused() -> None:
    fits = tuple((f"H{number}", "x") for number in range(125))
    assert actions.UserEvent(name="n", headers=fits).encode("p-1").count(b"\r\n") == 129
    with pytest.raises(BadInputError, match="at most 128 headers"):
        actions.UserEvent(name="n", headers=(*fits, ("H", "x"))).encode("p-1")


def test_every_field_has_its_header() -> None:
    for kind in KINDS:
        for spec in dataclasses.fields(kind):
            assert spec.name in HEADERS or spec.name in {"variables", "headers"}, (
                f"{kind.__name__}.{spec.name}"
            )


def test_an_action_is_a_value() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        actions.Hangup(channel="a").channel = "b"
