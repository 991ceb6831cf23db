"""Takes a long list in pieces, so that a million rows are never in memory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

SIZE: Final = 5_000


def chunks(rows: Iterable[T], size: int = SIZE) -> Iterator[list[T]]:
    """Give the rows in their order, so many at a time."""
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk
