"""What limits, paces and brakes are for, by the names that people see: `cluster`, `trunk:carrier`."""

from __future__ import annotations

CLUSTER = "cluster"
_COUNTRY = "country:"
_CAMPAIGN = "campaign:"
_ASTERISK = "asterisk:"


def trunk(name: str) -> str:
    """Give the scope of all calls over a trunk."""
    return f"trunk:{name}"


def over(trunk_name: str) -> tuple[str, ...]:
    """Give the scopes whose limits every call over a trunk is under, whoever orders it."""
    return (CLUSTER, trunk(trunk_name))


def campaign(name: str) -> str:
    """Give the scope of a campaign's calls."""
    return f"{_CAMPAIGN}{name}"


def country(slug: str) -> str:
    """Give the scope of all calls into a country."""
    return f"{_COUNTRY}{slug}"


def asterisk(name: str) -> str:
    """Give the scope of the calls that go to an Asterisk."""
    return f"{_ASTERISK}{name}"


def is_asterisk(scope: str) -> bool:
    """Say whether a scope is an Asterisk's."""
    return scope.startswith(_ASTERISK)


def is_country(scope: str) -> bool:
    """Say whether a scope is a country's."""
    return scope.startswith(_COUNTRY)


def is_campaign(scope: str) -> bool:
    """Say whether a scope is a campaign's."""
    return scope.startswith(_CAMPAIGN) and scope != _CAMPAIGN


def campaign_in(scope: str) -> str:
    """Give the name of the campaign whose scope it is, "" where it is another's."""
    return scope.removeprefix(_CAMPAIGN) if is_campaign(scope) else ""
