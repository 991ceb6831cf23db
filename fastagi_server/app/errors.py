"""What the roof refuses or cannot do, each with what would help."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class NotDialableError(DiscadorError):
    """{number!r} cannot be dialed: {why}."""

    def __init__(self, *, number: str, why: str) -> None:
        super().__init__(number=number, why=why)


class NoCountryForNumberError(DiscadorError):
    """{number} is in {iso}, and no country of the configuration has that code; known are {known}."""

    def __init__(self, *, number: str, iso: str, known: str) -> None:
        super().__init__(number=number, iso=iso, known=known)


class UnknownNameError(DiscadorError):
    """There is no {kind} {name!r}; there are: {known}."""

    def __init__(self, *, kind: str, name: str, known: str) -> None:
        super().__init__(kind=kind, name=name, known=known)


class NoAsteriskError(DiscadorError):
    """Asterisk's manager at {where} cannot be used: {why}; look with: discador check."""

    def __init__(self, *, where: str, why: str) -> None:
        super().__init__(where=where, why=why)


class MissingRightsError(DiscadorError):
    """Asterisk's manager user {username!r} may not do {missing}; look with: discador check."""

    def __init__(self, *, username: str, missing: str) -> None:
        super().__init__(username=username, missing=missing)


class UnusableFileError(DiscadorError):
    """{setting} names {path}, which cannot be used: {why}."""

    def __init__(self, *, setting: str, path: str, why: str) -> None:
        super().__init__(setting=setting, path=path, why=why)


class PortTakenError(DiscadorError):
    """FastAGI cannot listen at {host} port {port}: {why}; look at fastagi.host and fastagi.port."""

    def __init__(self, *, host: str, port: int, why: str) -> None:
        super().__init__(host=host, port=port, why=why)


class DeskTakenError(DiscadorError):
    """The desk {path} cannot be opened: {why}; another Discador may have it, else look at desk."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


class OrderBrokenError(DiscadorError):
    """Discador itself failed at this order ({what}); its log says more, please report it."""

    def __init__(self, *, what: str) -> None:
        super().__init__(what=what)


class DemoRunsError(DiscadorError):
    """A demo named {name!r} runs already; wait for its end, or give another name with --name."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class StoppedByHandError(DiscadorError):
    """No call leaves over trunk {trunk!r}: {who} stopped it: {why}; discador pacing release lets go."""

    def __init__(self, *, trunk: str, who: object, why: object) -> None:
        super().__init__(trunk=trunk, who=who, why=why)
