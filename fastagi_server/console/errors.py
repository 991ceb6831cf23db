"""What the command itself cannot do."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class DeskShutError(DiscadorError):
    """The desk {path} lets this user give no orders: {why}; run this as the user who runs Discador."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


class CannotWriteError(DiscadorError):
    """{path} cannot be written: {why}; name a file that this user may write."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


class CannotReadError(DiscadorError):
    """{path} cannot be read: {why}; name a file that this user may read."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


class FaultyDialplanError(DiscadorError):
    """The dialplan has faults ({count}) and was not applied, the first: {first}; see all with: discador render --check."""  # noqa: E501 - one sentence

    def __init__(self, *, count: int, first: str) -> None:
        super().__init__(count=count, first=first)


class UnknownCountryError(DiscadorError):
    """There is no country {name!r}; there are: {known}."""

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class UnknownTrunkError(DiscadorError):
    """There is no trunk {name!r}; the configuration has: {known}."""

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class LabIsOffError(DiscadorError):
    """Numbers marked as lab's need lab: true in the configuration of a machine that calls nobody."""


class NobodyOnTheListError(DiscadorError):
    """{path} has no row; give it a number a line."""

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path)
