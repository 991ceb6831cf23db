"""What the command's exit codes mean, and which errors mean which. This file prints nothing."""

from __future__ import annotations

import enum


class Code(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    NOT_DONE = 1
    ASKED_WRONGLY = 2
    INTERRUPTED = 130


# Every error of the package stands in one of the two; a test walks them all, so a new one is put on purpose.
# Errors that only another command line or another configuration mends.
ASKED_WRONGLY = {
    "BadArgumentError",
    "BadInputError",
    "BadNameError",
    "BadOptOutsError",
    "BadRowsError",
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
    "NoEndpointError",
    "NoCountryError",
    "NoSuchAsteriskError",
    "NoNumberColumnError",
    "NoTrunkError",
    "NoVoiceError",
    "NameIsUsedError",
    "NoBrakeError",
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
    "UnknownScriptError",
    "UnknownTrunkError",
    "UnreadableListError",
    "UnusableFileError",
}

# Errors of the world as it is now: the same command may go well later.
NOT_DONE = {
    "AgiError",
    "AllAsideError",
    "AllAtCapError",
    "AllCallsUpError",
    "AllChannelsUpError",
    "AlreadyBegunError",
    "AnotherIsAtItError",
    "ArrivedOtherwiseError",
    "BrokenChrootError",
    "BrokenListError",
    "CallerIdAtCapError",
    "CallerIdRestsError",
    "CampaignIsUpError",
    "CannotOpenError",
    "CannotWriteError",
    "DeadChannelError",
    "DemoRunsError",
    "DeskFullError",
    "DeskLostError",
    "DeskShutError",
    "DeskTakenError",
    "FaultyDialplanError",
    "Gone",
    "HookFailedError",
    "LabError",
    "LinkLostError",
    "LocalError",
    "LoginRefusedError",
    "MissingRightsError",
    "NeedsRootError",
    "NoAsteriskError",
    "NoLabError",
    "NoLinkError",
    "NoMirrorError",
    "NoPortsError",
    "NoPythonError",
    "NoStandingError",
    "NobodyAtTheDeskError",
    "NotALabsStoreError",
    "NotDialedError",
    "NotDurableError",
    "NotInForceError",
    "NotIncludedError",
    "NotReadableError",
    "NotReadyError",
    "NotSeenError",
    "NotWritableError",
    "NumberIsUpError",
    "OrderBrokenError",
    "OtherReleaseError",
    "OutOfTurn",
    "OutcomeUnknownError",
    "PortTakenError",
    "ProgramFailedError",
    "RefusedError",
    "RemoteError",
    "SchemaBehindError",
    "StillHeldError",
    "StoppedByHandError",
    "StoreAwayError",
    "StoreBusyError",
    "StoreClosedError",
    "TheySpokeOutOfTurnError",
    "TurnLostError",
    "UnknownCallError",
    "UnreadableDialplanError",
    "UnreadableFragmentError",
    "WeSpokeOutOfTurnError",
}


def of_error(name: str) -> Code:
    """Give the exit code for an error, by its class name as the desk tells it; one that is not known is 1."""
    return Code.ASKED_WRONGLY if name in ASKED_WRONGLY else Code.NOT_DONE
