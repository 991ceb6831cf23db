"""The root of every error that we raise on purpose.

A class's docstring is the sentence that people see; its fields fill the braces. A new class is made only
when somebody catches it.
"""

from __future__ import annotations

from typing import Any


class DiscadorError(Exception):
    """Something went wrong."""

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.sentence())

    @property
    def code(self) -> str:
        """A stable name for the error, by which the console finds its translation."""
        return type(self).__name__

    def sentence(self) -> str:
        """The English sentence: the docstring's first line with the details filled in."""
        first = (type(self).__doc__ or "").strip().splitlines()[0]
        return first.format(**self.details)


class BadInputError(DiscadorError):
    """{field} is {value!r}; it should be {expected}."""

    def __init__(self, *, field: str, value: object, expected: str) -> None:
        super().__init__(field=field, value=value, expected=expected)
