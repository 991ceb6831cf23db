"""Lines whose columns stand under each other: words to the left, numbers to the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

GAP = "  "


def table(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Give a line a row; a column is as wide as its widest cell, and numbers end at the same place."""
    cells = [tuple(row) for row in rows]
    texts = [[printable(str(cell)) for cell in row] for row in cells]
    columns = list(zip(*texts, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [any(isinstance(cell, int | float) for cell in column) for column in zip(*cells, strict=True)]
    for row in texts:
        placed = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(row, widths, right, strict=True)
        )
        yield GAP.join(placed).rstrip()


def printable(text: str) -> str:
    """Give text that does nothing to a terminal but appear: what came in a CSV may be an escape sequence."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in text)
