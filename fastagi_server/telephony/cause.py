"""Hangup causes: Q.850 numbers and SIP answers, and the one word that they come to.

Sources: ITU-T Q.850; RFC 3261, 8197 (607), 8688 (608); what Asterisk 22.10 was seen to make of them.
"""

from __future__ import annotations

from fastagi_server.telephony.disposition import Disposition

NORMAL_CLEARING = 16
USER_BUSY = 17

_BY_SIP = {
    403: Disposition.REJECTED,
    404: Disposition.INVALID_NUMBER,
    408: Disposition.NO_ANSWER,
    410: Disposition.INVALID_NUMBER,
    429: Disposition.CONGESTED,
    480: Disposition.NO_ANSWER,
    484: Disposition.INVALID_NUMBER,
    486: Disposition.BUSY,
    487: Disposition.NO_ANSWER,
    500: Disposition.CONGESTED,
    502: Disposition.CONGESTED,
    503: Disposition.CONGESTED,
    504: Disposition.CONGESTED,
    600: Disposition.BUSY,
    603: Disposition.REJECTED,
    604: Disposition.INVALID_NUMBER,
    607: Disposition.BLOCKED,
    608: Disposition.BLOCKED,
}

_BY_Q850 = {
    1: Disposition.INVALID_NUMBER,
    17: Disposition.BUSY,
    18: Disposition.NO_ANSWER,
    19: Disposition.NO_ANSWER,
    20: Disposition.NO_ANSWER,
    21: Disposition.REJECTED,
    22: Disposition.INVALID_NUMBER,
    27: Disposition.CONGESTED,
    28: Disposition.INVALID_NUMBER,
    34: Disposition.CONGESTED,
    38: Disposition.CONGESTED,
    41: Disposition.CONGESTED,
    42: Disposition.CONGESTED,
    44: Disposition.CONGESTED,
    102: Disposition.CONGESTED,
}

_BLOCKED_PHRASE = "network blocked"


def read_sip(text: str) -> tuple[int, str] | None:
    """Take what HANGUPCAUSE(…,tech) says: `SIP 603 Network Blocked` gives (603, `Network Blocked`)."""
    words = text.split(maxsplit=2)
    if len(words) < 2 or words[0] != "SIP" or not words[1].isascii() or not words[1].isdigit():  # noqa: PLR2004 - SIP and code
        return None
    return int(words[1]), words[2].strip() if len(words) == 3 else ""  # noqa: PLR2004 - the phrase is optional


def unanswered(*, cause: int, sip_code: int, sip_reason: str) -> Disposition:
    """Say how an unanswered call ended; the SIP answer knows more than the Q.850 cause, so it goes first."""
    if 100 <= sip_code < 200:  # noqa: PLR2004 - provisional: the far end never gave a final answer
        return Disposition.NO_ANSWER
    if sip_code == 603 and _BLOCKED_PHRASE in sip_reason.lower():  # noqa: PLR2004 - 603+, ATIS-1000099
        return Disposition.BLOCKED
    return _BY_SIP.get(sip_code) or _BY_Q850.get(cause, Disposition.FAILED)
