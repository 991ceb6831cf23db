from __future__ import annotations

import pytest

from fastagi_server.compliance.gate import (
    GateIsPartialError,
    LabNumbersLeaveError,
    check_trunk,
    judge,
    stays_here,
)
from fastagi_server.numbering.number import Number, Why
from fastagi_server.telephony.campaign import ContactState
from fastagi_server.telephony.country import Country, Texts

MEXICO = Country(
    slug="mexico", iso="MX", languages=("es-419",), texts=Texts(identification="a", optout="b", offer="c")
)
COUNTRIES = {"MX": MEXICO}


def test_a_number_of_an_enabled_country_is_queued() -> None:
    judged = judge(Number(raw="52 55…", why=Why.OK, e164="+525512345678", iso="MX"), COUNTRIES)

    assert (judged.state, judged.number, judged.country) == (ContactState.QUEUED, "+525512345678", "mexico")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (Number(raw="911", why=Why.SHORT_CODE), "not_dialable: short_code"),
        (Number(raw="+1800…", why=Why.TOLL_FREE, e164="+18005551234", iso="US"), "not_dialable: toll_free"),
        (Number(raw="+56…", why=Why.OK, e164="+56221234567", iso="CL"), "no_country: CL"),
    ],
)
def test_every_no_has_its_reason(number: Number, why: str) -> None:
    judged = judge(number, COUNTRIES)

    assert (judged.state, judged.why, judged.raw) == (ContactState.REFUSED, why, number.raw)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "::1"], ["127.3.4.5"]])
def test_a_trunk_on_this_machine_may_be_used(addresses: list[str]) -> None:
    check_trunk(trunk="carrier", campaign="c", lab=True, addresses=addresses, partial=False)
    assert stays_here(addresses)


@pytest.mark.parametrize(
    "addresses", [["203.0.113.9"], ["127.0.0.1", "203.0.113.9"], [], ["sip.example.com"]]
)
def test_lab_numbers_never_leave_this_machine(addresses: list[str]) -> None:
    assert not stays_here(addresses)
    with pytest.raises(LabNumbersLeaveError):
        check_trunk(trunk="carrier", campaign="c", lab=True, addresses=addresses, partial=True)


def test_a_real_trunk_needs_a_word_of_its_own() -> None:
    with pytest.raises(GateIsPartialError, match=r"carrier leads to 203\.0\.113\.9.*gate: partial"):
        check_trunk(trunk="carrier", campaign="c", lab=False, addresses=["203.0.113.9"], partial=False)

    check_trunk(trunk="carrier", campaign="c", lab=False, addresses=["203.0.113.9"], partial=True)
