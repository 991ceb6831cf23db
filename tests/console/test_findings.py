from __future__ import annotations

import re
from pathlib import Path

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console.actions import Finding, Level
from fastagi_server.console.findings import for_programs, line, remedy
from fastagi_server.console.tongue import TABLES, Tongue
from fastagi_server.console.words import en
from fastagi_server.telephony import frames

ENGLISH = Tongue(Language.ENGLISH)
SAYS = {"uri": "agi://h", "port": 4573, "why": "in use"}


def test_a_good_finding_is_one_line_and_a_bad_one_has_its_remedy() -> None:
    assert line(Finding(key="fastagi", level=Level.GOOD, says=SAYS), ENGLISH) == (
        "good  FastAGI can be opened, or Discador holds it: agi://h"
    )
    assert line(Finding(key="fastagi", level=Level.BAD, says=SAYS), ENGLISH) == (
        "bad   FastAGI can be opened, or Discador holds it: agi://h\n"
        "      remedy: choose another fastagi.port, or end the program that holds it "
        "(ss -ltnp 'sport = :4573'): in use"
    )


def test_a_note_has_its_remedy_and_is_good() -> None:
    note = Finding(key="cdr", level=Level.NOTE, says={"hourly": 90000})

    assert note.good
    assert line(note, ENGLISH).startswith("note  Asterisk writes a CDR for each call: up to 90000")
    assert "cdr: false" in line(note, ENGLISH)


def test_a_finding_for_programs_has_fixed_words_and_a_remedy_to_read() -> None:
    finding = Finding(key="store", level=Level.BAD, says={"found": "-", "needed": "0002"})

    assert for_programs(finding, Tongue(Language.PORTUGUESE)) == {
        "key": "store",
        "good": False,
        "level": "bad",
        "says": {"found": "-", "needed": "0002"},
        "remedy": "execute: discador db upgrade",
    }
    assert remedy(Finding(key="trunk", level=Level.GOOD), ENGLISH) is None


def test_an_error_within_a_finding_is_said_in_the_readers_language() -> None:
    error = frames.Failed(
        code="LoginRefusedError", message="Asterisk refused", details={"username": "u", "why": "no"}
    )
    finding = Finding(key="login", level=Level.BAD, says={"user": "u", "why": error})

    assert "Asterisk rechazó la entrada de 'u': no." in line(finding, Tongue(Language.SPANISH))


@pytest.mark.parametrize("language", list(TABLES))
def test_every_finding_has_a_remedy(language: Language) -> None:
    keys = {key for key in TABLES[language] if re.fullmatch(r"finding\.[a-z_]+", key)}

    assert {f"{key}.remedy" for key in keys} <= set(TABLES[language])
    assert len(keys) > 40


def test_every_finding_has_its_line_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs/check.md").read_text()
    first_cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = [key for cell in first_cells for key in re.findall(r"`([a-z_]+)`", cell)]
    keys = {key.removeprefix("finding.") for key in en.WORDS if re.fullmatch(r"finding\.[a-z_]+", key)}

    assert set(told) == keys
    assert len(told) == len(set(told))
