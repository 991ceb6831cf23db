"""The rendered file, beside its golden outputs; DISCADOR_GOLDEN=write writes them anew."""

from __future__ import annotations

import importlib.resources
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import asterisk.config
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialplan import variables
from fastagi_server.dialplan.keep import register
from fastagi_server.dialplan.read import read
from fastagi_server.dialplan.render import render, render_country, render_shared
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.versions import is_versioned, names, public, unversioned
from fastagi_server.telephony.country import AmdNumbers, Answer, Country, Destination, Texts
from fastagi_server.telephony.errors import BadInputError
from tests.dialplan import endpoints

GOLDEN = Path(__file__).parent / "golden"


def outputs(
    countries: tuple[Country, ...], every: tuple[Country, ...], settings: DialplanSettings
) -> dict[str, dict[str, str]]:
    """Give each template's outputs by the name of their golden file."""
    return {
        "discador.conf.j2": {"discador.conf": render(every, settings)},
        "shared.conf.j2": {"shared.conf": render_shared(settings)},
        "pjsip.conf.j2": {"pjsip.conf": endpoints.rendered()},
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
    contexts = list(read(render(every, settings)))
    shared = [*read(render_shared(settings)), variables.CONTEXT_VERSIONS]
    ours = [context for context in contexts if context not in shared]

    assert len(contexts) == len(shared) + len(ours)
    assert Counter(map(public, ours)) == Counter(
        {
            name: times
            for each in every
            for name, times in {
                each.context: 2,
                f"{each.context}_ident": 1,
                f"{each.context}_offer": 1,
            }.items()
        }
    )


def test_a_country_keeps_its_version_until_something_in_it_changes(
    countries: tuple[Country, ...], settings: DialplanSettings
) -> None:
    def versions(*those: Country, **more: Any) -> dict[str, str]:
        contexts = read(render(those, replace(settings, **more)))
        return {public(each): each.rpartition("-")[2] for each in contexts if is_versioned(each)}

    before, other = versions(*countries), replace(countries[1], connect_key="4")
    after = versions(countries[0], other, *countries[2:], version="another")

    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"discador_usa", "discador_usa_ident", "discador_usa_offer"}
    # Whoever asks a changed subroutine is changed itself.
    assert not set(before.values()) & set(versions(*countries, question_seconds=1.0).values())


def test_an_entry_is_one_step_to_the_current_version(
    every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    contexts = read(render(every, settings))
    entries = {name: steps for name, steps in contexts.items() if not is_versioned(name)}
    del entries[variables.CONTEXT_VERSIONS]

    assert len(entries) == len(every) + 3
    for name, (step,) in entries.items():
        target = step.data.partition(",")[0]
        assert (step.exten, step.priority, step.app, step.data) == ("s", 1, "Goto", f"{target},s,1")
        assert target in contexts
        assert public(target) == name


def test_the_register_comes_last_and_names_every_version(
    every: tuple[Country, ...], settings: DialplanSettings
) -> None:
    contexts = read(render(every, settings))

    assert list(contexts)[-1] == variables.CONTEXT_VERSIONS
    assert set(names(register(contexts))) == {name for name in contexts if is_versioned(name)}


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


@pytest.mark.parametrize("slug", ["ask", "key", "optout", "ended", "versions"])
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


@pytest.mark.parametrize("context", ["discador_usa", "discador_usa-0a1b2c3d", "discador_key"])
def test_a_connect_key_may_not_lead_back_to_us(context: str, countries: tuple[Country, ...]) -> None:
    settings = DialplanSettings(destinations={"mexico": Destination(context=context)})

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
        lambda slug: slug not in ("ask", "key", "optout", "ended", "versions")
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

    by_name = {public(name): steps for name, steps in contexts.items() if is_versioned(name)}
    steps = by_name[f"discador_{slug}_offer"]
    keyed = {
        step.exten: unversioned(step.data) for step in steps if step.app == "Gosub" and step.exten in keys
    }
    assert keyed == {
        connect: f"discador_key,s,1({connect},connect,{slug},connect)",
        optout: f"discador_key,s,1({optout},optout,{slug},optout)",
        repeat: f"discador_key,s,1({repeat},repeat,{slug},repeat)",
    }
    assert [s.data for s in by_name[f"discador_{slug}"] if s.app == "AMD"] == [amd.arguments()]
    assert any(step.app == "Playback" for step in steps) is thanks
