from __future__ import annotations

from fastagi_server.pacing import scopes


def test_scopes_have_the_names_that_people_type() -> None:
    assert (scopes.CLUSTER, scopes.trunk("a"), scopes.campaign("a"), scopes.country("a")) == (
        "cluster",
        "trunk:a",
        "campaign:a",
        "country:a",
    )


def test_whoever_orders_a_call_it_is_under_the_limit_of_all_and_of_its_trunk() -> None:
    assert scopes.over("a") == ("cluster", "trunk:a")


def test_a_campaign_named_like_a_country_is_none() -> None:
    assert scopes.is_country(scopes.country("mexico"))
    assert not scopes.is_country(scopes.campaign("country:mexico"))
    assert not scopes.is_country(scopes.CLUSTER)
    assert scopes.campaign_in(scopes.campaign("country:mexico")) == "country:mexico"
    assert scopes.campaign_in(scopes.CLUSTER) == ""


def test_an_asterisk_has_a_scope_of_its_own() -> None:
    assert scopes.is_asterisk(scopes.asterisk("b"))
    assert not scopes.is_asterisk(scopes.trunk("asterisk:b"))
