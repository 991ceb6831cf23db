"""Every setting has its whole paragraph; what is secret stays so; what is derived follows its source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from fastagi_server.config import schema
from fastagi_server.config.asterisk import Asterisk
from fastagi_server.config.fastagi import FastAgi
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.telephony.errors import BadInputError

CARRIER = Trunk(dial="PJSIP/{number}@c")


def paragraphs(kind: type[Any], parent: str = "") -> Iterator[tuple[str, schema.Field, schema.About]]:
    for each in schema.fields(kind):
        assert each.about is not None, f"{parent}{each.name} has no paragraph"
        yield f"{parent}{each.name}", each, each.about
        inner = schema.member(each.hint) or each.hint
        if dataclasses.is_dataclass(inner) and any(field.about for field in schema.fields(inner)):  # type: ignore[arg-type]
            yield from paragraphs(inner, f"{parent}{each.name}.")  # type: ignore[arg-type]


ALL = list(paragraphs(Settings))


@pytest.mark.parametrize(("name", "field", "about"), ALL, ids=[name for name, _, _ in ALL])
def test_every_setting_says_its_meaning_its_unit_and_why(
    name: str, field: schema.Field, about: schema.About
) -> None:
    assert about.doc.endswith("."), name
    assert about.why.endswith("."), name
    assert len(about.why) > 15, name
    measured = field.hint in {int, float}
    assert measured == bool(about.unit), name
    assert measured == (about.least is not None and about.most is not None), name


def test_a_secret_is_in_no_repr() -> None:
    for name, _, about in ALL:
        *_, last = name.split(".")
        owner = Asterisk if name.startswith(("asterisk.", "fleet.")) else Settings
        shown = {each.name: each.repr for each in dataclasses.fields(owner)}
        assert not about.secret or not shown[last], name
    settings = Settings(database_url="postgresql://u:hunter2@h/d", asterisk=Asterisk(secret="hunter2"))
    assert "hunter2" not in repr(settings)


def test_a_database_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(BadInputError) as caught:
        Settings(database_url="mysql://u:hunter2@h/d")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "addresses"),
    [
        (Settings(), ("127.0.0.1",)),
        (Settings(asterisk=Asterisk(host="10.1.2.3")), ("10.1.2.3",)),
        (Settings(asterisk=Asterisk(host="localhost")), ("127.0.0.1", "::1")),
        (Settings(fastagi=FastAgi(permit=("10.1.2.0/24",))), ("10.1.2.0/24",)),
    ],
)
def test_asterisk_alone_may_ask_unless_others_are_named(
    settings: Settings, addresses: tuple[str, ...]
) -> None:
    assert settings.permitted == addresses


def test_the_only_trunk_is_the_usual_one() -> None:
    assert Settings().usual_trunk == ""
    assert Settings(trunks={"a": CARRIER}).usual_trunk == "a"
    assert Settings(trunks={"a": CARRIER, "b": CARRIER}, default_trunk="b").usual_trunk == "b"
