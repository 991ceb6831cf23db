"""What the roof refuses before anything is dialed."""

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


class NotOurCallerIdError(DiscadorError):
    """{callerid!r} is not one of our caller IDs for {country}; callerids.{country} names them."""

    def __init__(self, *, callerid: str, country: str) -> None:
        super().__init__(callerid=callerid, country=country)


class NoCallerIdError(DiscadorError):
    """No caller ID of ours may be shown in {country}; name one under callerids.{country}."""

    def __init__(self, *, country: str) -> None:
        super().__init__(country=country)
