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
