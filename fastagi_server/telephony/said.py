"""What people say beside an order: it must not become a line of the log's own, nor move a terminal."""

from __future__ import annotations

LONGEST = 1000


def plain(text: str) -> str:
    """Give a why or a name as one line of visible text, cut where it is very long.

    It is never refused: whoever pulls a brake in a hurry may have pasted anything.
    """
    return "".join(map(_visible, text[:LONGEST])).strip()


def _visible(each: str) -> str:
    if each.isprintable():
        return each
    return " " if each.isspace() else each.encode("unicode_escape").decode()
