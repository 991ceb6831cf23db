"""The way from Asterisk to us: the FastAGI port, who may ask there, and the address that Asterisk is told."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from fastagi_server.app.checks.verdicts import judged, noted, some
from fastagi_server.asterisk.permits import permitted, read_permits
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.desk.client import ask
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError


def fastagi(settings: Settings) -> Finding:
    """Say whether the FastAGI port is free, or held by the Discador at our own desk."""
    why = "-"
    family = socket.AF_INET6 if ":" in settings.fastagi.host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.fastagi.host, settings.fastagi.port))
        except OSError as error:
            why = error.strerror or str(error)
    good = why == "-" or _serves(settings)
    return judged("fastagi", good=good, uri=settings.fastagi.uri, port=settings.fastagi.port, why=why)


def way_in(settings: Settings) -> Iterator[Finding]:
    """Look whether Asterisk is permitted to ask, and whether the address that it is told can be ours."""
    asterisk = addresses(settings.asterisk.host)
    permits = read_permits(settings.permitted)
    shut = [address for address in asterisk if not permitted(address, permits)]
    yield judged("permit", good=bool(asterisk) and not shut, shut=some(shut), permit=some(settings.permitted))
    uri = settings.asterisk.advertise or settings.fastagi.uri
    told = addresses(urlsplit(uri).hostname or "")
    away = not is_here(settings.asterisk.host)
    if not told or (away and any(_is_of_one_machine(address) for address in told)):
        yield judged("advertise", good=False, uri=uri)
    elif not all(is_ours(address) for address in told):
        yield noted("advertise_elsewhere", uri=uri)
    else:
        yield judged("advertise", good=True, uri=uri)


def is_here(host: str) -> bool:
    """Say whether a host is this machine."""
    found = addresses(host)
    return bool(found) and all(is_ours(address) for address in found)


def is_ours(address: str) -> bool:
    """Say whether an address is one of this machine's: only those can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def addresses(host: str) -> list[str]:
    """Give the addresses of a host, IPv4 where it has those; none where its name does not resolve."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except OSError:
        return []
    every = list(dict.fromkeys(str(each[4][0]) for each in found))
    return [each for each in every if ":" not in each] or every


def _is_of_one_machine(address: str) -> bool:
    seen = ipaddress.ip_address(address)
    return seen.is_loopback or seen.is_unspecified


def _serves(settings: Settings) -> bool:
    try:
        standing = next(ask(settings.desk, frames.Ask(), patience=2.0))
    except (DiscadorError, OSError):
        return False
    return isinstance(standing, frames.Standing) and standing.fastagi == settings.fastagi.uri
