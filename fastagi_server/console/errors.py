"""What the command itself cannot do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


class TooLargeError(DiscadorError):
    """{path} is larger than {most} MiB; split it."""

    def __init__(self, *, path: str, most: int) -> None:
        super().__init__(path=path, most=most)


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


class NoTrunkError(DiscadorError):
    """There is no trunk yet: put the carrier under trunks: in the configuration; see docs/trunks.md."""


class NoEndpointError(DiscadorError):
    """{trunks}: no pjsip: in the configuration, so there is no endpoint to render; see docs/trunks.md."""

    def __init__(self, *, trunks: str) -> None:
        super().__init__(trunks=trunks)


class LabIsOffError(DiscadorError):
    """Numbers marked as lab's need lab: true in the configuration of a machine that calls nobody."""


class NobodyOnTheListError(DiscadorError):
    """{path} has no row; give it a number a line."""

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path)


class BadRowsError(DiscadorError):
    """bad rows: {bad}; nothing was imported. Mend them, or pass over them with --skip-bad."""

    def __init__(self, *, bad: int) -> None:
        super().__init__(bad=bad)


class BadOptOutsError(DiscadorError):
    """bad rows: {bad}; nothing was put on the opt-out list. Mend them or take them out."""

    def __init__(self, *, bad: int) -> None:
        super().__init__(bad=bad)


class NobodyToCallError(DiscadorError):
    """None of the {rows} rows of {path} may be called, so there is no campaign {name!r}."""

    def __init__(self, *, path: str, rows: int, name: str, first_refused: Sequence[dict[str, Any]]) -> None:
        super().__init__(path=path, rows=rows, name=name, first_refused=first_refused)


class NotOwnedError(DiscadorError):
    """{numbers}: not among our caller IDs, or so already; nothing was changed; see: discador did list."""

    def __init__(self, *, numbers: str) -> None:
        super().__init__(numbers=numbers)


class NotConfirmedError(DiscadorError):
    """Nothing was deleted; say --yes to delete campaign {name!r} and its list."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
