"""The ports of one lab: a block of its own below the range that the kernel hands out.

This file opens no socket: a port counts as used when the kernel's tables name it or another lab claims it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest.errors import NoPortsError

FIRST = 12_000
LAST = 32_767
BLOCK = 3_400
_TABLES = ("tcp", "tcp6", "udp", "udp6")
_DIALER_RTP = 2_000
_CARRIER_RTP = 1_200
_HEAD = 200


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Every port of one lab; a pair is the first and the last of a range."""

    block: int
    dialer_sip: int
    dialer_ami: int
    carrier_sip: int
    carrier_ami: int
    sipp: int
    sipp_control: int
    fastagi: int
    api: int
    dialer_chan_sip: int
    sipp_media: int
    signalling: int
    signalling_control: int
    signalling_media: int
    rival: int
    rival_control: int
    rival_media: int
    dialer_rtp: tuple[int, int]
    carrier_rtp: tuple[int, int]


def of_block(block: int) -> Ports:
    """Lay a lab's ports out from the block's first port: room for 1000 and 600 audio legs."""
    rtp = block + _HEAD
    return Ports(
        block=block,
        dialer_sip=block,
        dialer_ami=block + 1,
        carrier_sip=block + 2,
        carrier_ami=block + 3,
        sipp=block + 4,
        sipp_control=block + 5,
        fastagi=block + 6,
        api=block + 7,
        dialer_chan_sip=block + 8,
        sipp_media=block + 10,  # and two further on: SIPp takes a second one
        signalling=block + 20,
        signalling_control=block + 21,
        signalling_media=block + 22,
        rival=block + 30,
        rival_control=block + 31,
        rival_media=block + 32,
        dialer_rtp=(rtp, rtp + _DIALER_RTP - 1),
        carrier_rtp=(rtp + _DIALER_RTP, rtp + _DIALER_RTP + _CARRIER_RTP - 1),
    )


def choose(used: Collection[int], claimed: Collection[int]) -> Ports:
    """Take the first block in which no port is used and which no other lab claims."""
    for block in range(FIRST, LAST - BLOCK + 2, BLOCK):
        if block not in claimed and not any(block <= port < block + BLOCK for port in used):
            return of_block(block)
    raise NoPortsError(size=BLOCK, first=FIRST, last=LAST)


def read_table(lines: Iterable[str]) -> set[int]:
    """Read the local ports out of one of the kernel's socket tables; its first line is a heading."""
    rows = [line.split() for line in lines]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 1 and ":" in row[1]}


def used_ports(tables: Path = Path("/proc/net")) -> set[int]:
    """Give the local ports of every socket of this machine."""
    used: set[int] = set()
    for name in _TABLES:
        table = tables / name
        if table.exists():
            used |= read_table(table.read_text().splitlines()[1:])
    return used
