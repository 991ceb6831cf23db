"""What can go wrong with a lab, told as sentences."""

from __future__ import annotations

from fastagi_server.telephony.errors import DiscadorError


class LabError(DiscadorError):
    """The lab cannot do this."""


class NeedsRootError(LabError):
    """The lab needs root ({what}); run it again as root, for example with sudo."""


class BadNameError(LabError):
    """{name!r} cannot be a lab's name; use 1 to 24 small letters, digits, _ or -, a letter first."""


class NoLabError(LabError):
    """No lab named {name!r} is up; start one with: scripts/lab up --name {name}."""


class OtherReleaseError(LabError):
    """The lab {name!r} is one of Asterisk {found}, not {asked}; take it down, or give another name."""


class ProgramFailedError(LabError):
    """{command} ended with {status}: {told}."""


class BrokenChrootError(LabError):
    """{folder} holds no such Asterisk that runs ({told}); remove that folder and run this again."""


class NoMirrorError(LabError):
    """apt-get indextargets names no Debian archive; add one to /etc/apt, for the chroot is built from it."""


class NoPortsError(LabError):
    """No block of {size} free ports between {first} and {last} is left for another lab."""


class NotALabsStoreError(LabError):
    """The database {url} keeps campaigns or caller IDs that are no lab's; name one that is empty."""


class NotReadyError(LabError):
    """{what} did not come up in {seconds:.0f} s; its log ends with: {log}."""


class NoVoiceError(LabError):
    """No voice is known for the language {language!r}; known are {known}."""


class NoPythonError(LabError):
    """No Python 3.11 or later that user discador may run (tried {tried}); apt-get install python3-venv."""
