from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.console.actions import Applied
from fastagi_server.dialplan.check import played
from fastagi_server.dialplan.read import read


def test_render_prints_what_asterisk_reads(discador: Any) -> None:
    told = discador("render")

    assert told.code == 0
    assert "discador_mexico" in read(told.out)


def test_render_writes_a_file_and_says_how_much(discador: Any, tmp_path: Path) -> None:
    file = tmp_path / "out.conf"

    told = discador("render", "--output", str(file))

    assert told.out == f"{file}: {len(read(file.read_text()))} contexts.\n"
    assert file.read_text() == discador("render").out


@pytest.mark.parametrize("place", [".", "nowhere/out.conf"])
def test_render_tells_what_it_cannot_write(discador: Any, tmp_path: Path, place: str) -> None:
    told = discador("render", "--output", str(tmp_path / place))

    assert told.code == 1
    assert "cannot be written" in told.err


# render --check


def test_our_own_rendering_has_no_fault(discador: Any) -> None:
    told = discador("render", "--check")

    assert told.code == 0
    assert told.out == (
        "Audio files were not looked for: dialplan.sounds_folder names no folder.\nFaults: 0.\n"
    )


@pytest.mark.parametrize(
    ("written", "broken", "told", "remedy"),
    [
        ("?bye,1)", "?by,1)", "priority 2 goes to discador_", "render the file anew"),
        ("exten => bye,1,Hangup()", "exten => bye,1,Hangup(", "cannot be read: its bracket", "whole"),
        ("[discador_mexico]", "[discador_mexiko]", "context discador_mexico is not there", "lacks a country"),
        ("exten => T,1,", "exten => Q,1,", "but has no extension T", "goes on by the default"),
    ],
)
def test_a_file_with_a_fault_is_told_with_a_remedy(
    discador: Any, tmp_path: Path, written: str, broken: str, told: str, remedy: str
) -> None:
    file = tmp_path / "edited.conf"
    file.write_text(discador("render").out.replace(written, broken))

    found = discador("render", "--check", str(file))

    assert found.code == 1
    line, help_line = found.out.splitlines()[:2]
    assert line.startswith("bad   ")
    assert told in line
    assert help_line.startswith("      remedy: ")
    assert remedy in help_line
    assert "Faults: 0." not in found.out
    assert discador("--lang", "es", "render", "--check", str(file)).out.startswith("mal   ")


def test_an_audio_file_that_nobody_put_in_place_is_told(discador: Any, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    text = discador("render").out
    discador.write(
        (discador.folder / "discador.yml")
        .read_text()
        .replace("dialplan: {", f"dialplan: {{sounds_folder: {sounds}, ")
    )
    names = played(read(text))
    for number, name in enumerate(names):
        file = sounds / ("en" if number % 2 else ".") / f"{name}.{'gsm' if number % 3 else 'wav'}"
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
    assert discador("render", "--check").out == "Faults: 0.\n"

    # Somebody can be called in Mexico and nobody in Argentina: only Mexico's prompts must be there.
    lost = {slug: next(name for name in names if f"/{slug}/" in name) for slug in ("argentina", "mexico")}
    for name in lost.values():
        (file,) = (*sounds.glob(f"{name}.*"), *sounds.glob(f"en/{name}.*"))
        file.rename(file.with_suffix(".mp4"))

    told = discador("render", "--check")
    assert told.code == 1
    assert f"the audio file {lost['mexico']} is not in {sounds}" in told.out
    assert told.out.endswith(
        "Prompts of 1 countries are not here. Nobody is called there: they have no caller ID either.\n"
        "Faults: 1.\n"
    )
    refused = discador("apply")
    assert refused.code == 1
    assert "The dialplan has faults (1) and was not applied, the first: the audio file" in refused.err
    assert discador.actions.applied == []

    (mexicos,) = sounds.rglob("mexico/*.mp4")
    mexicos.rename(mexicos.with_suffix(".ulaw"))
    assert discador("apply").code == 0, "prompts of countries that nobody calls may wait"


def test_a_file_that_cannot_be_read_is_told(discador: Any, tmp_path: Path) -> None:
    strange = tmp_path / "latin.conf"
    strange.write_bytes(b"; Jos\xe9\n")

    assert "cannot be read: it is not UTF-8" in discador("render", "--check", str(strange)).err
    assert "cannot be read: No such file" in discador("render", "--check", str(tmp_path / "no")).err


@pytest.mark.parametrize("argv", [("x.conf",), ("--check", "--output", "y.conf")])
def test_a_file_belongs_to_check_and_check_writes_none(discador: Any, argv: tuple[str, ...]) -> None:
    told = discador("render", *argv)

    assert told.code == 2
    assert "go with --check only" in told.err


# apply


@pytest.mark.parametrize(
    ("comes_to", "said"),
    [
        (Applied(contexts=7), "7 contexts are in force in Asterisk, read back and equal ({path}).\n"),
        (
            Applied(contexts=7, same=True),
            "Asterisk reads and runs exactly this already (7 contexts, {path}); nothing was reloaded.\n",
        ),
        (
            Applied(contexts=7, kept=3, dropped=6),
            (
                "7 contexts are in force in Asterisk, read back and equal ({path}).\n"
                "Contexts of earlier versions that stay for calls which began in them: 3. "
                "A later apply drops them.\n"
                "Contexts of earlier versions that nobody can be in any more, and are gone: 6.\n"
            ),
        ),
    ],
)
def test_apply_says_what_it_came_to(discador: Any, comes_to: Applied, said: str) -> None:
    discador.actions.comes_to = comes_to

    told = discador("apply")

    path = discador.folder / "dialplan" / "discador.conf"
    assert (told.code, told.out) == (0, said.format(path=path))
    assert discador.actions.applied == [discador("render").out]


def test_a_dry_run_prints_what_new_calls_would_notice(discador: Any) -> None:
    discador.actions.comes_to = Applied(contexts=7, changes=["[discador_mexico_offer]", "  -extension 3"])

    told = discador("apply", "--dry-run")

    assert told.out.startswith(
        "[discador_mexico_offer]\n  -extension 3\nNothing was written or reloaded. With"
    )
    discador.actions.comes_to = Applied(contexts=7, same=True)
    assert "would notice no difference" in discador("apply", "--dry-run").out
    assert discador.actions.applied == []


def test_what_applying_came_to_is_told_to_programs(discador: Any) -> None:
    told = json.loads(discador("apply", "--json").out)

    assert (told["contexts"], told["dry_run"], told["same"], told["changes"]) == (7, False, False, [])
    assert told["path"].startswith(str(discador.folder / "dialplan"))
    assert json.loads(discador("apply", "--dry-run", "--json").out)["dry_run"] is True


def test_faults_are_told_to_programs(discador: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.conf").write_text("[discador_mexico]\nexten => s,1,Goto(nowhere,s,1)\n")

    whole, broken = (
        discador("render", "--check", "--json"),
        discador("render", "--check", str(tmp_path / "broken.conf"), "--json"),
    )

    assert (whole.code, json.loads(whole.out)) == (0, [])
    assert broken.code == 1
    assert "lost_target" in {each["wrong"] for each in json.loads(broken.out)}
    assert discador("render", "--json").code == 2
