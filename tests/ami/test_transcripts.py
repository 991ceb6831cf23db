"""Every recording, cut wherever the network might cut it, reads as it does uncut."""

import random
from collections.abc import Callable
from typing import Any

from fastagi_server.ami.reader import Message, Reader

EVERY = 8 * 1024
MORE = 300


def read(*chunks: bytes) -> list[Message]:
    reader = Reader()
    return [message for chunk in chunks for message in reader.receive(chunk)]


def test_cut_at_every_byte_of_its_beginning(scene: str, transcript: Callable[[str], Any]) -> None:
    beginning = transcript(scene).server[: EVERY + 1024]
    whole = read(beginning)
    assert whole
    for place in range(min(EVERY, len(beginning)) + 1):
        assert read(beginning[:place], beginning[place:]) == whole, place


def test_cut_at_many_other_bytes(scene: str, transcript: Callable[[str], Any]) -> None:
    data = transcript(scene).server
    whole = read(data)
    chance = random.Random(20260801)
    for _ in range(MORE if len(data) > EVERY else 0):
        first, second = sorted(chance.sample(range(len(data)), 2))
        assert read(data[:first], data[first:second], data[second:]) == whole, (first, second)


def test_byte_by_byte(scene: str, transcript: Callable[[str], Any]) -> None:
    data = transcript(scene).server
    assert read(*(bytes([byte]) for byte in data)) == read(data)
