"""What is right alone and wrong together. This file reads nothing: it looks at finished settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastagi_server.config import shapes, trunk_secret
from fastagi_server.config.environment import fleet_variable
from fastagi_server.config.mistakes import did_you_mean
from fastagi_server.config.settings import Settings
from fastagi_server.telephony.country import Destination
from fastagi_server.telephony.orders import FIRST

# Of a trunk among those of its route.
MOST_WEIGHT = 1000


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A setting that does not go with another: its key path, its value, and what would be right."""

    keys: tuple[str, ...]
    value: object
    expected: str


def clashes(settings: Settings) -> Iterator[Clash]:
    """Give what does not go together."""
    fastagi, trunks = settings.fastagi, settings.trunks
    yield from _asterisks(settings)
    if not fastagi.advertise and fastagi.host in shapes.ANY_ADDRESS:
        expected = f"given: {fastagi.host} in fastagi.host is no address that Asterisk can call"
        yield Clash(keys=("fastagi", "advertise"), value="", expected=expected)
    yield from _routes(settings)
    known = [*trunks, *settings.routes]
    if settings.default_trunk and settings.default_trunk not in known:
        where = "trunks or routes" if settings.routes else "trunks"
        expected = f"one of {where}; {did_you_mean(settings.default_trunk, known)}"
        yield Clash(keys=("default_trunk",), value=settings.default_trunk, expected=expected)
    if not settings.default_trunk and len(trunks) > 1:
        expected = f"one of {', '.join(sorted(known))}, since there are several"
        yield Clash(keys=("default_trunk",), value="", expected=expected)
    if settings.fleet:
        expected = "empty: the agents of a queue are heeded where there is one Asterisk and no fleet"
        every: list[tuple[tuple[str, ...], Destination]] = [
            (("destination",), settings.dialplan.destination),
            *((("destinations", slug), each) for slug, each in settings.dialplan.destinations.items()),
        ]
        for key, each in every:
            if each.queue:
                yield Clash(keys=("dialplan", *key, "queue"), value=each.queue, expected=expected)
    pacing = settings.pacing
    if pacing.abandon_soft > pacing.abandon_hard:
        expected = f"at most {pacing.abandon_hard:g}, as abandon_hard"
        yield Clash(keys=("pacing", "abandon_soft"), value=pacing.abandon_soft, expected=expected)
    yield from _given_twice(settings)
    yield from _endpoints(settings)


def _routes(settings: Settings) -> Iterator[Clash]:
    for name, weights in settings.routes.items():
        if name in settings.trunks:
            yield Clash(keys=("routes", name), value=name, expected="another name: a trunk has this one")
        for trunk, weight in weights.items():
            if trunk not in settings.trunks:
                expected = f"one of trunks; {did_you_mean(trunk, settings.trunks)}"
                yield Clash(keys=("routes", name, trunk), value=trunk, expected=expected)
            if not 0 <= weight <= MOST_WEIGHT:
                expected = f"a weight of 0 (a spare) to {MOST_WEIGHT}"
                yield Clash(keys=("routes", name, trunk), value=weight, expected=expected)
        if not any(weights.values()):
            expected = "trunks with their weights, at least one of them above 0"
            yield Clash(keys=("routes", name), value=dict(weights), expected=expected)


def _asterisks(settings: Settings) -> Iterator[Clash]:
    owners: dict[tuple[str, int], str] = {}
    variables: dict[str, str] = {}
    for name, asterisk in settings.asterisks.items():
        keys = ("asterisk",) if name == FIRST else ("fleet", name)
        if asterisk.ca_file and not asterisk.tls:
            yield Clash(keys=(*keys, "ca_file"), value=str(asterisk.ca_file), expected="empty without tls")
        named = asterisk.host != "localhost" and not shapes.is_address(asterisk.host)
        if not settings.fastagi.permit and named:
            where = ".".join((*keys, "host"))
            expected = f"given: {asterisk.host} in {where} is a name, and only addresses are let in"
            yield Clash(keys=("fastagi", "permit"), value=(), expected=expected)
        other = owners.setdefault((asterisk.host, asterisk.port), name)
        if other != name:
            expected = f"another Asterisk's; {other} is at this host and port already"
            yield Clash(keys=(*keys, "port"), value=asterisk.port, expected=expected)
        variable = fleet_variable(name)
        other = variables.setdefault(variable, name)
        if other != name:
            expected = f"another name: {variable} would hold the secret of {other} too"
            yield Clash(keys=keys, value=name, expected=expected)


def _given_twice(settings: Settings) -> Iterator[Clash]:
    owners: dict[str, str] = {}
    for slug, numbers in settings.callerids.items():
        for number in numbers:
            if number in owners:
                expected = f"listed once; it stands under {owners[number]} too"
                yield Clash(keys=("callerids", slug), value=number, expected=expected)
            owners[number] = slug


def _endpoints(settings: Settings) -> Iterator[Clash]:
    """Give the endpoints of ours that no dial string reaches, and transports that want one another's port."""
    owners: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, trunk in settings.trunks.items():
        if trunk.pjsip is None:
            continue
        other = secrets.setdefault(trunk_secret.variable(name), name)
        if other != name:
            expected = f"another name: {trunk_secret.variable(name)} would hold the secret of {other} too"
            yield Clash(keys=("trunks", name), value=name, expected=expected)
        if not (trunk.dial.startswith("PJSIP/") and trunk.dial.endswith(f"{shapes.NUMBER}@{name}")):
            expected = f"PJSIP/{shapes.NUMBER}@{name}, since pjsip makes the endpoint {name}"
            yield Clash(keys=("trunks", name, "dial"), value=trunk.dial, expected=expected)
        bind = trunk.pjsip.bind
        if bind in owners:
            expected = f"a port of its own; trunk {owners[bind]} has this one (transport_name shares it)"
            yield Clash(keys=("trunks", name, "pjsip", "bind"), value=bind, expected=expected)
        elif bind:
            owners[bind] = name


def named_countries(settings: Settings) -> tuple[tuple[str, ...], ...]:
    """Give the key paths whose last key must be a country's slug."""
    named = (
        (("callerids",), settings.callerids),
        (("dialplan", "destinations"), settings.dialplan.destinations),
        (("pacing", "country_cps"), settings.pacing.country_cps),
    )
    return tuple((*keys, slug) for keys, by_slug in named for slug in by_slug)
