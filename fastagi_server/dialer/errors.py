"""Why a call is not made, each with what would help."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class StoreAwayError(DiscadorError):
    """The store is away ({why}), so nothing is dialed; it goes on by itself when the store is back."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)


class NumberIsUpError(DiscadorError):
    """{number} is in a call of ours already; call it again when that is over."""

    def __init__(self, *, number: str) -> None:
        super().__init__(number=number)


class AllChannelsUpError(DiscadorError):
    """{number} was not called: {up} calls are up over trunk {trunk}, and its channels are {limit}."""

    def __init__(self, *, number: str, up: int, trunk: str, limit: int) -> None:
        super().__init__(number=number, up=up, trunk=trunk, limit=limit)


class AllCallsUpError(DiscadorError):
    """{number} was not dialed: {up} calls are up, and max_concurrent_calls is {limit}."""

    def __init__(self, *, number: str, up: int, limit: int) -> None:
        super().__init__(number=number, up=up, limit=limit)


class NoCallerIdError(DiscadorError):
    """No caller ID of ours may be shown in {country}; import or restore some with discador did, or, where none was ever imported, name one under callerids.{country}."""  # noqa: E501 - people see it as one sentence

    def __init__(self, *, country: str) -> None:
        super().__init__(country=country)


class NotOurCallerIdError(DiscadorError):
    """{callerid!r} is not one of our caller IDs for {country}; those are told by: discador did list."""

    def __init__(self, *, callerid: str, country: str) -> None:
        super().__init__(callerid=callerid, country=country)


class CallerIdElsewhereError(DiscadorError):
    """{callerid} is our caller ID for {elsewhere}, not for {country}."""

    def __init__(self, *, callerid: str, country: str, elsewhere: str) -> None:
        super().__init__(callerid=callerid, country=country, elsewhere=elsewhere)


class CallerIdRetiredError(DiscadorError):
    """{callerid} is retired in {country}; bring it back with: discador did restore {callerid}."""

    def __init__(self, *, callerid: str, country: str) -> None:
        super().__init__(callerid=callerid, country=country)


class CallerIdRestsError(DiscadorError):
    """{callerid} rests or is in quarantine in {country}; why is told by: discador did why {callerid}."""

    def __init__(self, *, callerid: str, country: str) -> None:
        super().__init__(callerid=callerid, country=country)


class LabCallerIdError(DiscadorError):
    """{callerid} is a lab's number, and trunk {trunk} may lead off this machine, or this is no lab."""

    def __init__(self, *, callerid: str, trunk: str) -> None:
        super().__init__(callerid=callerid, trunk=trunk)


class CallerIdAtCapError(DiscadorError):
    """{callerid} is at its cap of {cap} in {country} until midnight of {zone}; name another one, or none."""

    def __init__(self, *, callerid: str, country: str, cap: int, zone: str) -> None:
        super().__init__(callerid=callerid, country=country, cap=cap, zone=zone)


class AllAtCapError(DiscadorError):
    """All {count} caller IDs of {country} are at their cap of {cap} until midnight of {zone}."""

    def __init__(self, *, country: str, count: int, cap: int, zone: str) -> None:
        super().__init__(country=country, count=count, cap=cap, zone=zone)


class AllAsideError(DiscadorError):
    """All {count} caller IDs of {country} are at their cap, rest or are in quarantine; see: discador did usage --country {country}."""  # noqa: E501 - people see it as one sentence

    def __init__(self, *, country: str, count: int) -> None:
        super().__init__(country=country, count=count)


class NoSuchAsteriskError(DiscadorError):
    """There is no Asterisk {name!r}; there are: {known}."""

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class StillHeldError(DiscadorError):
    """{scope} is held by a store that lags or a clock that was set, and goes on by itself once that is over: nobody releases it. Which it is, is told by: discador pacing show."""  # noqa: E501 - people see it as one sentence

    def __init__(self, *, scope: str) -> None:
        super().__init__(scope=scope)


class NoBrakeError(DiscadorError):
    """No brake holds {scope!r}; those that hold now: {known}."""

    def __init__(self, *, scope: str, known: str) -> None:
        super().__init__(scope=scope, known=known)
