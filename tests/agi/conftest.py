"""What several tests share: a model of Asterisk's reader, and a conversation past its request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fastagi_server.agi.conversation import Conversation

REQUEST = (
    b"agi_network: yes\nagi_network_script: country\nagi_request: agi://127.0.0.1/country\n"
    b"agi_channel: PJSIP/carrier-00000001\nagi_language: es\nagi_uniqueid: c-17\nagi_callerid: 525512345678\n"
    b"agi_calleridname: Ana\nagi_dnid: 525500000000\nagi_context: discador_mexico\nagi_extension: s\n\n"
)


def read_words(line: bytes) -> list[bytes]:
    """Split a line as res_agi does: `"` is a switch anywhere, a backslash makes the next byte plain."""
    words: list[bytearray] = []
    quoted = escaped = False
    between = True
    for byte in line.removesuffix(b"\n"):
        plain = escaped or byte not in b'" \t\\' or (quoted and byte in b" \t")
        if not plain and byte in b" \t":
            between = True
        elif not plain and byte == ord("\\"):
            escaped = True
        else:
            if not plain:
                quoted = not quoted
            if between and (plain or quoted):
                words.append(bytearray())
                between = False
            if plain:
                words[-1].append(byte)
            escaped = False
    return [bytes(word) for word in words]


@pytest.fixture(name="read_words", scope="session")
def _read_words() -> Callable[[bytes], list[bytes]]:
    return read_words


@pytest.fixture
def request_bytes() -> bytes:
    return REQUEST


@pytest.fixture
def conversation() -> Conversation:
    begun = Conversation()
    begun.receive(REQUEST)
    return begun
