"""Who may ask at the FastAGI port: addresses and networks, read once and looked at for each peer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from fastagi_server.telephony.errors import BadInputError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_permits(addresses: Iterable[str]) -> tuple[Network, ...]:
    """Take the addresses and networks that may ask, for example 127.0.0.1 or 10.0.0.0/24."""
    networks = []
    for address in addresses:
        try:
            networks.append(ipaddress.ip_network(address))
        except ValueError:
            expected = "an IP address or network such as 10.0.0.0/24"
            raise BadInputError(field="fastagi.permit", value=address, expected=expected) from None
    return tuple(networks)


def permitted(host: str, permits: tuple[Network, ...]) -> bool:
    """Say whether an address is among the permitted; an IPv4 address mapped into IPv6 counts as itself."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in permits)
