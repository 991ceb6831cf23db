"""The rendered file, beside its golden outputs; DISCADOR_GOLDEN=write writes them anew."""

from __future__ import annotations

import importlib.resources
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import asterisk.config
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render, render_country, render_shared
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.country import AmdNumbers, Answer, Country, Destination, Texts
from fastagi_server.telephony.errors import BadInputError

GOLDEN = Path(__file__).parent / "golden"


def outputs(
    countries: tuple[Country, ...], every: tuple[Country, ...], settings: DialplanSettings
) -> dict[str, dict[str, str]]:
    """Give each template's outputs by the name of their golden file."""
    return {
        "discador.conf.j2": {"discador.conf": render(every, settings)},
        "shared.conf.j2": {"shared.conf": render_shared(settings)},
        "country.conf.j2": {f"{each.slug}.conf": render_country(each, settings) for each in countries},
    }


def test_every_output_is_its_golden_file(
    countries: tuple[Country, ...], every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    files = {
        name: text for each in outputs(countries, every, settings).values() for name, text in each.items()
    }
    if os.environ.get("DISCADOR_GOLDEN") == "write":
        for name, text in files.items():
            (GOLDEN / name).write_text(text, encoding="utf-8")

    assert {path.name: path.read_text("utf-8") for path in GOLDEN.glob("*.conf")} == files


def test_every_template_has_its_golden_output(
    countries: tuple[Country, ...], every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    folder = importlib.resources.files("fastagi_server.templates")
    templates = {each.name for each in folder.iterdir() if each.name.endswith(".j2")}

    assert templates == set(outputs(countries, every, settings))


def test_the_order_of_the_countries_makes_no_difference(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    assert render(countries[::-1], settings) == render(countries, settings)


def test_no_line_is_longer_than_asterisk_reads(
    every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    assert max(len(line.encode()) for line in render(every, settings).splitlines()) < 8192


def test_every_country_has_its_three_contexts_and_no_other(
    every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    contexts = set(read(render(every, settings)))
    ours = {f"{each.context}{part}" for each in every for part in ("", "_ident", "_offer")}
    assert len(ours) == 3 * len(every)
    assert contexts - ours == set(read(render_shared(settings)))


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_pyst2_sees_what_we_see(
    every: tuple[Country, ...], settings: DialplanSettings, tmp_path: Path
) -> None:
    """An independent reader finds the same contexts, and a line for each of our steps."""
    path = tmp_path / "discador.conf"
    path.write_text(render(every, settings), encoding="utf-8")
    witness = asterisk.config.Config(str(path))

    seen = {category.name: [item.value for item in category.items] for category in witness.categories}

    ours = read(path.read_text("utf-8"))
    assert {context: len(lines) for context, lines in seen.items()} == {
        context: len(steps) for context, steps in ours.items()
    }
    for context, steps in ours.items():
        for line, step in zip(seen[context], steps, strict=True):
            assert line.endswith(f"{step.app}({step.data})")


@pytest.mark.parametrize("slug", ["ask", "key", "optout", "ended"])
def test_a_country_may_not_take_the_name_of_a_subroutine(
    slug: str, countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    with pytest.raises(BadInputError, match=f"discador_{slug}"):
        render([replace(countries[0], slug=slug)], settings)


def test_two_countries_may_not_share_a_context(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    with pytest.raises(BadInputError, match="discador_mexico_ident"):
        render([countries[0], replace(countries[0], slug="mexico_ident")], settings)


def test_a_connect_key_may_not_lead_back_to_us(countries: tuple[Country, ...]) -> None:
    settings = DialplanSettings(destinations={"mexico": Destination(context="discador_usa")})

    with pytest.raises(BadInputError, match="destination of mexico"):
        render(countries, settings)


@pytest.mark.parametrize("value", ["2000,5", 1.5, True, -1, 60_001, None])
def test_an_amd_argument_is_a_whole_number(
    value: Any, countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    amd = AmdNumbers(greeting=value)

    with pytest.raises(BadInputError, match=r"amd\.greeting"):
        render_country(replace(countries[0], amd=amd), settings)


def test_half_an_offer_is_refused(countries: tuple[Country, ...], settings: DialplanSettings) -> None:
    with pytest.raises(BadInputError, match="offers"):
        render_country(replace(countries[0], offers=2.5), settings)


KEYS = st.lists(st.sampled_from("0123456789*#"), min_size=3, max_size=3, unique=True)
MILLISECONDS = st.integers(min_value=0, max_value=60_000)


@given(
    slug=st.from_regex(r"[a-z][a-z0-9_]{1,30}", fullmatch=True).filter(
        lambda slug: slug not in ("ask", "key", "optout", "ended")
    ),
    keys=KEYS,
    amd=st.builds(AmdNumbers, greeting=MILLISECONDS, silence_threshold=MILLISECONDS),
    notsure=st.sampled_from(Answer),
    offers=st.integers(1, 9),
    wait_seconds=st.integers(1, 60),
    thanks=st.booleans(),
)
def test_whatever_a_country_wants_reads_back(
    slug: str,
    keys: list[str],
    amd: AmdNumbers,
    notsure: Answer,
    offers: int,
    wait_seconds: int,
    thanks: bool,
) -> None:
    connect, optout, repeat = keys
    country = Country(
        slug=slug, iso="XX", languages=("en",), texts=Texts(identification="", optout="", offer=""),
        connect_key=connect, optout_key=optout, repeat_key=repeat,
        amd=amd, notsure=notsure, offers=offers, wait_seconds=wait_seconds, thanks=thanks,
    )  # fmt: skip
    settings = DialplanSettings(version="1")

    contexts = read(render([country], settings))

    steps = contexts[f"discador_{slug}_offer"]
    keyed = {step.exten: step.data for step in steps if step.app == "Gosub" and step.exten in keys}
    assert keyed == {
        connect: f"discador_key,s,1({connect},connect,{slug})",
        optout: f"discador_key,s,1({optout},optout,{slug})",
        repeat: f"discador_key,s,1({repeat},repeat,{slug})",
    }
    assert [s.data for s in contexts[f"discador_{slug}"] if s.app == "AMD"] == [amd.arguments()]
    assert any(step.app == "Playback" for step in steps) is thanks
