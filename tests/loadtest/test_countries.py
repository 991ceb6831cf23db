from __future__ import annotations

from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.numbering.heads import heads


def test_the_labs_own_countries_can_be_called() -> None:
    assert [country.slug for country in LAB_COUNTRIES] == ["mexico", "usa", "brasil"]
    assert all(heads(country.iso) for country in LAB_COUNTRIES)
    assert LAB_COUNTRIES[0].connect_key == "3"
