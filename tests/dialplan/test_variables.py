"""The names that the dialplan shares with others."""

from __future__ import annotations

from fastagi_server.dialplan import variables
from fastagi_server.telephony.country import Country


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


def test_every_variable_is_named_once_and_ours() -> None:
    names = [
        variables.AGI_URI, variables.ANSWERED, variables.KEY, variables.OPTOUT,
        variables.DIGIT, variables.OFFERS, variables.FORGOTTEN, variables.TECH,
    ]  # fmt: skip

    assert len(set(names)) == len(names)
    assert all(name.startswith("DISCADOR_") for name in names)
