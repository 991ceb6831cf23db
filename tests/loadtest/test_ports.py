from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.loadtest.errors import NoPortsError
from fastagi_server.loadtest.ports import BLOCK, FIRST, LAST, choose, of_block, read_table, used_ports

UDP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
  123: 0100007F:2EE0 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 11 2 0 0
  456: 00000000000000000000000001000000:2EE1 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 1
"""


def test_every_port_of_a_lab_is_in_its_block_and_is_there_once() -> None:
    ports = of_block(FIRST)

    singles = [value for value in vars(ports).values() if isinstance(value, int) and value != FIRST]
    ranges = [*range(ports.dialer_rtp[0], ports.dialer_rtp[1] + 1)]
    ranges += [*range(ports.carrier_rtp[0], ports.carrier_rtp[1] + 1)]

    assert len(set(singles + ranges)) == len(singles) + len(ranges)
    assert all(FIRST <= port < FIRST + BLOCK for port in singles + ranges)
    assert ports.dialer_rtp[0] % 2 == ports.carrier_rtp[0] % 2 == 0


def test_a_block_with_a_used_port_or_a_claim_is_left_alone() -> None:
    assert choose(set(), set()).block == FIRST
    assert choose({FIRST + BLOCK - 1}, set()).block == FIRST + BLOCK
    assert choose(set(), {FIRST, FIRST + BLOCK}).block == FIRST + 2 * BLOCK


def test_the_last_block_ends_below_what_the_kernel_hands_out() -> None:
    every = range(FIRST, LAST - BLOCK + 2, BLOCK)

    last = choose(set(), set(every[:-1])).block

    assert last + BLOCK - 1 <= LAST
    with pytest.raises(NoPortsError, match=r"No block of 3400 free ports between 12000 and 32767"):
        choose(set(), set(every))


def test_the_kernels_tables_are_read_in_both_families(tmp_path: Path) -> None:
    assert read_table(UDP.splitlines()[1:]) == {12_000, 12_001}

    (tmp_path / "udp").write_text(UDP)

    assert used_ports(tmp_path) == {12_000, 12_001}
