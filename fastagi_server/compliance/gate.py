"""The gate as it stands before the country packs: it says so, and a real trunk must be told that it knows.

Opted out and in flight are asked in the very transaction that begins the attempt (store/attempts.py), where
no other engine can come between; here is what is known of a number by itself, and of a trunk.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from fastagi_server.numbering.number import Number
from fastagi_server.telephony.campaign import ContactState, NewContact, No
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


class GateIsPartialError(DiscadorError):
    """Trunk {trunk} leads to {addresses} and the gate is not whole yet; to use it write gate: partial."""

    def __init__(self, *, trunk: str, addresses: str) -> None:
        super().__init__(trunk=trunk, addresses=addresses)


class LabNumbersLeaveError(DiscadorError):
    """Campaign {campaign} is a lab's, and trunk {trunk} leads to {addresses}, off this machine."""

    def __init__(self, *, campaign: str, trunk: str, addresses: str) -> None:
        super().__init__(campaign=campaign, trunk=trunk, addresses=addresses)


def judge(number: Number, countries: Mapping[str, Country]) -> NewContact:
    """Judge a row: queued for its country, or refused with the reason; `countries` is by ISO code."""
    country = countries.get(number.iso)
    if not number.dialable:
        return _refused(number, f"{No.NOT_DIALABLE}: {number.why}")
    if country is None:
        return _refused(number, f"{No.NO_COUNTRY}: {number.iso}")
    return NewContact(raw=number.raw, number=number.e164, country=country.slug, state=ContactState.QUEUED)


def _refused(number: Number, why: str) -> NewContact:
    return NewContact(raw=number.raw, number=number.e164, country="", state=ContactState.REFUSED, why=why)


def check_trunk(*, trunk: str, campaign: str, lab: bool, addresses: Iterable[str], partial: bool) -> None:
    """Refuse a campaign that may not use this trunk; an address that cannot be read counts as far away."""
    known = sorted(set(addresses))
    if stays_here(known):
        return
    far = [address for address in known if not _is_loopback(address)]
    told = ", ".join(far) or "addresses that Asterisk does not tell"
    if lab:
        raise LabNumbersLeaveError(campaign=campaign, trunk=trunk, addresses=told)
    if not partial:
        raise GateIsPartialError(trunk=trunk, addresses=told)


def stays_here(addresses: Iterable[str]) -> bool:
    """Say whether a trunk with these addresses ends on this machine; without any it is not known, so No."""
    known = list(addresses)
    return bool(known) and all(map(_is_loopback, known))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
