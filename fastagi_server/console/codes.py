"""What the command's exit codes mean, and which errors mean which. This file prints nothing."""

from __future__ import annotations

import enum


class Code(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    NOT_DONE = 1
    ASKED_WRONGLY = 2
    INTERRUPTED = 130


# Errors that only another command line or another configuration mends; everything else may go well later.
_ASKED_WRONGLY = {
    "BadInputError",
    "CallerIdElsewhereError",
    "CallerIdRetiredError",
    "CampaignExistsError",
    "CannotReadError",
    "GateIsPartialError",
    "LabCallerIdError",
    "LabIsOffError",
    "LabNumbersLeaveError",
    "NoCallerIdError",
    "NoCampaignError",
    "NoCountryForNumberError",
    "NoNumberColumnError",
    "NameIsUsedError",
    "NobodyOnTheListError",
    "NobodyToCallError",
    "NotAListError",
    "NotConfirmedError",
    "NotDialableError",
    "NotOurCallerIdError",
    "NotOwnedError",
    "SettingError",
    "TooLargeError",
    "UnknownCampaignError",
    "UnknownCountryError",
    "UnknownNameError",
    "UnknownTrunkError",
    "UnreadableListError",
    "UnusableFileError",
}


def of_error(name: str) -> Code:
    """Give the exit code for an error, by its class name as the desk tells it."""
    return Code.ASKED_WRONGLY if name in _ASKED_WRONGLY else Code.NOT_DONE
