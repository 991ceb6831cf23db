"""The names that the dialplan shares with others."""

from __future__ import annotations

from pathlib import Path

from fastagi_server.dialplan import variables
from fastagi_server.telephony.country import Country

NAMES = [
    variables.AGI_URI, variables.ANSWERED, variables.KEY, variables.OPTOUT,
    variables.COUNTRY, variables.ISO, variables.E164, variables.DIALABLE, variables.WHY,
    variables.CONNECT_KEY, variables.OPTOUT_KEY, variables.REPEAT_KEY,
    variables.CALLERID, variables.CALLERID_WHY,
    variables.DIGIT, variables.OFFERS, variables.FORGOTTEN, variables.TECH,
]  # fmt: skip


def test_a_country_has_three_contexts_in_the_order_of_the_call(countries: tuple[Country, ...]) -> None:
    assert variables.contexts(countries[0]) == (
        "discador_mexico",
        "discador_mexico_ident",
        "discador_mexico_offer",
    )


def test_the_handler_is_one_variable_and_not_three() -> None:
    """A bare comma in AMI's Variable header would start another variable."""
    assert variables.HANDLER_VALUE == "discador_ended\\,s\\,1"
    assert "," not in variables.HANDLER_VALUE.replace("\\,", "")


def test_the_reference_knows_every_name() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dialplan.md").read_text("utf-8")
    words = [*NAMES, *variables.SHARED_CONTEXTS, variables.OPTOUT_FAMILY, variables.HANDLER_VALUE]
    told = [*variables.Told, *variables.Script, variables.OPTOUT_DONE, variables.YES, variables.NO]

    assert [word for word in words if word not in page] == []
    assert [word for word in told if f"`{word}`" not in page] == []


def test_every_variable_is_named_once_and_ours() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(name.startswith("DISCADOR_") for name in NAMES)
