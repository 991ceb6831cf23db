"""Names that say what is in a context."""

from __future__ import annotations

import pytest

from fastagi_server.dialplan.versions import (
    Bundle,
    CountryNames,
    SharedNames,
    is_versioned,
    names,
    public,
    read_bundle,
    stamped,
    unversioned,
)
from fastagi_server.telephony.country import Country


def test_the_version_is_made_of_the_text_and_stands_in_every_name() -> None:
    marked = f"[{SharedNames().ask}]\n[{SharedNames().key}]\n"

    text, version = stamped(marked)

    assert text == f"[discador_ask-{version}]\n[discador_key-{version}]\n"
    assert stamped(marked)[1] == version
    assert stamped(marked + " ")[1] != version


def test_a_country_has_three_contexts_in_the_order_of_the_call(countries: tuple[Country, ...]) -> None:
    assert CountryNames(country=countries[0], version="0a1b2c3d").contexts == (
        "discador_mexico-0a1b2c3d",
        "discador_mexico_ident-0a1b2c3d",
        "discador_mexico_offer-0a1b2c3d",
    )


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("discador_mexico_offer-0a1b2c3d", "discador_mexico_offer"),
        ("discador_mexico", "discador_mexico"),
        ("ventas-0a1b2c3d", "ventas-0a1b2c3d"),
        ("discador_mexico-0a1b2c3d-x", "discador_mexico-0a1b2c3d-x"),
        ("discador_mexico-0A1B2C3D", "discador_mexico-0A1B2C3D"),
    ],
)
def test_a_version_is_told_from_a_name(name: str, known_as: str) -> None:
    assert public(name) == known_as
    assert is_versioned(name) is (name != known_as)


def test_versions_are_left_out_of_our_names_only() -> None:
    text = "Gosub(discador_key-0a1b2c3d,s,1(3)) Background(prompts-20261201/offer)"

    assert unversioned(text) == "Gosub(discador_key,s,1(3)) Background(prompts-20261201/offer)"


@pytest.mark.parametrize("since", [0, 1_795_000_000])
def test_a_bundle_reads_back(since: int) -> None:
    bundle = Bundle(contexts=SharedNames(version="0a1b2c3d").contexts, since=since)

    assert read_bundle(bundle.line()) == bundle
    assert names([bundle, bundle]) == [*bundle.contexts, *bundle.contexts]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "0",
        "0,",
        "x,discador_ask-0a1b2c3d",
        "-1,discador_ask-0a1b2c3d",
        "0,from-internal",
        "\u0661,discador_a-0a1b2c3d",
    ],
)
def test_another_hand_is_no_bundle(line: str) -> None:
    assert read_bundle(line) is None
