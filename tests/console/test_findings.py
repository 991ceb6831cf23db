from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fastagi_server.config import countries as country_files
from fastagi_server.config.settings import Language, Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.console.actions import Finding
from fastagi_server.console.findings import line, of_settings
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony import frames

COUNTRIES = country_files.load()


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    good = Settings(
        database_url=f"sqlite:///{migrated}",
        trunks={"carrier": Trunk(dial="PJSIP/{number}@carrier")},
        callerids={country.slug: ("+525550009000",) for country in COUNTRIES},
    )
    return replace(good, dialplan=replace(good.dialplan, folder=tmp_path))


def bad(settings: Settings) -> dict[str, Finding]:
    return {each.key: each for each in of_settings(settings, COUNTRIES) if not each.good}


def test_all_is_well(settings: Settings) -> None:
    assert bad(settings) == {}


def test_a_store_without_its_schema(settings: Settings, tmp_path: Path) -> None:
    found = bad(replace(settings, database_url=f"sqlite:///{tmp_path}/none.db"))

    assert list(found) == ["store"]
    assert found["store"].says["found"] == "-"
    assert not (tmp_path / "none.db").exists()


def test_a_store_that_cannot_be_opened_says_why(settings: Settings, tmp_path: Path) -> None:
    found = bad(replace(settings, database_url=f"sqlite:///{tmp_path}/nowhere/x.db"))

    told = line(found["store_open"], Tongue(Language.SPANISH))
    assert told.startswith("mal   el almacén se puede abrir\n      remedio: La base de datos sqlite:")
    assert "there is no folder" in told


def test_what_is_not_configured_is_named(settings: Settings) -> None:
    found = bad(replace(settings, trunks={}, callerids={"mexico": ("+525550009000",)}))

    assert set(found) == {"trunk", "callerid"}
    assert "usa" in str(found["callerid"].says["missing"])
    assert "mexico" not in str(found["callerid"].says["missing"])


def test_a_folder_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    found = bad(replace(settings, dialplan=replace(settings.dialplan, folder=tmp_path / "none")))

    assert list(found) == ["folder"]


def test_a_good_finding_is_one_line_and_a_bad_one_has_its_remedy() -> None:
    english = Tongue(Language.ENGLISH)
    says = {"uri": "agi://h", "why": "in use"}

    assert line(Finding(key="fastagi", good=True, says=says), english) == (
        "good  FastAGI can be opened, or Discador holds it: agi://h"
    )
    assert line(Finding(key="fastagi", good=False, says=says), english) == (
        "bad   FastAGI can be opened, or Discador holds it: agi://h\n"
        "      remedy: choose another fastagi.port, or end the program that holds it: in use"
    )


def test_an_error_within_a_finding_is_said_in_the_readers_language() -> None:
    error = frames.Failed(
        code="LoginRefusedError", message="Asterisk refused", details={"username": "u", "why": "no"}
    )
    finding = Finding(key="asterisk", good=False, says={"where": "h:1", "why": error})

    assert "Asterisk rechazó la entrada de 'u': no." in line(finding, Tongue(Language.SPANISH))
