"""The people whom the lab's carrier reaches: the last two digits of a number tell how its callee behaves.

One table: the carrier's dialplan, its documentation and the demo are made from it. A step is a line of the
carrier's dialplan; instants are counted from the answer, so that what was slow before does not add up.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fastagi_server.telephony.errors import BadInputError

DEFAULT = "00"


class Outcome(enum.StrEnum):
    """How a call ends at the carrier, as far as the carrier decides it."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID = "invalid"
    EARLY_MEDIA = "early_media"
    CONGESTED = "congested"  # whoever was called: above the carrier's limit


class Moment(enum.StrEnum):
    """The instants of our call as a callee lives them; the carrier knows them by the prompts' lengths."""

    AMD = "T_AMD"
    IDENTIFICATION = "T_IDENTIFICATION"
    OPTOUT = "T_OPTOUT"
    OFFER = "T_OFFER"
    SILENCE = "T_SILENCE"


@dataclass(frozen=True, kw_only=True)
class Callee:
    """One behaviour: the ending of the numbers that have it, what it does in words, and the steps."""

    ending: str
    says: str
    outcome: Outcome
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A final answer that only SIPp can give, because an Asterisk carrier has no words of its own."""

    ending: str
    code: int
    phrase: str


RING = "Gosub(ring,s,1)"
ANSWER = "Gosub(answer,s,1)"
GREET = "Playback(${GREETING})"
VOICEMAIL = "Playback(${VOICEMAIL})"
MUTE = "Echo()"  # gives back what it hears, which is nothing while AMD() listens; Wait() would send silence
STAY = "Gosub(stay,s,1)"
# The carrier's global variable: of a hundred callees who leave it to chance, so many answer.
ANSWERS = "ANSWERS"
_CHANCE = "Set(CHANCE=${RAND(1,100)})"
_MAY_ANSWER = f"GotoIf($[${{CHANCE}} <= ${{{ANSWERS}}}]?callees,22,1)"
CONNECT_KEY = "${CONNECT}"
WRONG_KEY = "${WRONG}"

# Two silences of five seconds and one more offer after the first, and two seconds into the third.
THIRD_OFFER = f"Gosub(until,s,1($[2 * ${{{Moment.SILENCE}}} - ${{{Moment.OFFER}}} + 12]))"

REJECTS = (
    Reject(ending="42", code=603, phrase="Network Blocked"),
    Reject(ending="43", code=503, phrase="Trunk Capacity Exceeded"),
    Reject(ending="47", code=607, phrase="Unwanted"),
    Reject(ending="48", code=608, phrase="Rejected"),
)


def until(moment: Moment, seconds: float) -> str:
    """Wait until so many seconds after a moment of the call."""
    return f"Gosub(until,s,1($[${{{moment}}} + {seconds}]))"


def after(seconds: float) -> str:
    """Wait until so many seconds after the answer."""
    return f"Gosub(until,s,1({seconds}))"


def press(key: str) -> str:
    """Press a key and write down when."""
    return f"Gosub(press,s,1({key}))"


def leave(cause: int = 16) -> str:
    """Hang up, or refuse when not yet answered, with a Q.850 cause."""
    return f"Gosub(leave,s,1({cause}))"


def _human(ending: str, says: str, *steps: str) -> Callee:
    answered = (ANSWER, GREET, *steps, STAY)
    return Callee(ending=ending, says=says, outcome=Outcome.ANSWERED, steps=answered)


def _machine(ending: str, says: str, *steps: str) -> Callee:
    return Callee(ending=ending, says=says, outcome=Outcome.ANSWERED, steps=(ANSWER, *steps, STAY))


def _unanswered(ending: str, says: str, outcome: Outcome, *steps: str) -> Callee:
    return Callee(ending=ending, says=says, outcome=outcome, steps=steps)


def _digit(key: int) -> Callee:
    says = f"presses {key} one second into the offer; talks for five seconds where that connects, else stays"
    return _human(f"0{key}", says, until(Moment.OFFER, 1), press(str(key)))


def _reject(reject: Reject) -> Callee:
    says = f"is refused with {reject.code} {reject.phrase}"
    return _unanswered(reject.ending, says, Outcome.REJECTED, "Gosub(elsewhere,s,1)")


CALLEES: tuple[Callee, ...] = (
    _human("00", "greets, then says and presses nothing until hung up"),
    *(_digit(key) for key in range(1, 10)),
    _human(
        "10",
        "presses 0 in the offer, then the country's connect key",
        until(Moment.OFFER, 1),
        press("0"),
        until(Moment.OFFER, 3),
        press(CONNECT_KEY),
    ),
    _human(
        "11",
        "presses a key without a meaning in the offer, then the country's connect key",
        until(Moment.OFFER, 1),
        press(WRONG_KEY),
        until(Moment.OFFER, 3),
        press(CONNECT_KEY),
    ),
    _human(
        "12",
        "presses the connect key in the silence after the first offer",
        until(Moment.SILENCE, 1.5),
        press(CONNECT_KEY),
    ),
    _human("13", "presses 9 in the offer and hangs up at once", until(Moment.OFFER, 1), press("9"), leave()),
    _human(
        "14",
        "presses the connect key, then 9, half a second apart",
        until(Moment.OFFER, 1),
        press(CONNECT_KEY),
        until(Moment.OFFER, 1.5),
        press("9"),
    ),
    _human("17", "presses 9 during the opt-out prompt", until(Moment.OPTOUT, 1), press("9")),
    _human("18", "presses 9 while AMD() still listens", press("9")),
    _human("19", "presses 9 during the identification", until(Moment.IDENTIFICATION, 1), press("9")),
    _human("20", "hangs up during the identification", until(Moment.IDENTIFICATION, 1), leave()),
    _human("21", "hangs up one second into the offer", until(Moment.OFFER, 1), leave()),
    _machine("22", "answers, says nothing and hangs up while AMD() listens", after(0.6), leave()),
    _machine("30", "voicemail: a long greeting and a beep", VOICEMAIL),
    _machine("31", "voicemail that emits 1 and 3 after its greeting", VOICEMAIL, press("1"), press("3")),
    _human(
        "32",
        "a machine that answers as shortly as a human and emits 1 two seconds after the answer",
        after(2),
        press("1"),
    ),
    _machine("33", "a machine that emits 1 and 3, then a long greeting", press("1"), press("3"), VOICEMAIL),
    _machine("34", "answers and says nothing: silence is sent, which AMD() takes for a machine"),
    _machine("35", "answers and sends no audio at all, so that AMD() cannot tell (NOTSURE)", MUTE),
    _unanswered("40", "is busy (486)", Outcome.BUSY, leave(17)),
    _unanswered("41", "rings and never answers", Outcome.NO_ANSWER, RING, "Wait(300)", leave(19)),
    _reject(REJECTS[0]),
    _reject(REJECTS[1]),
    _unanswered(
        "44",
        "a voicemail as early media (183 with audio), never answered",
        Outcome.EARLY_MEDIA,
        "Progress()",
        "Playback(${VOICEMAIL},noanswer)",
        "Wait(60)",
        leave(19),
    ),
    _unanswered("45", "is no number (404)", Outcome.INVALID, leave(1)),
    _unanswered("46", "is not available (480)", Outcome.NO_ANSWER, leave(20)),
    _reject(REJECTS[2]),
    _reject(REJECTS[3]),
    _human(
        "50",
        "presses the country's connect key and talks",
        until(Moment.OFFER, 1),
        press(CONNECT_KEY),
    ),
    _human(
        "51",
        "presses the country's connect key and stays until the agent hangs up",
        until(Moment.OFFER, 1),
        "Set(TALKS=no)",
        press(CONNECT_KEY),
    ),
    _human(
        "52",
        "lets two offers pass and presses the country's connect key during the third",
        THIRD_OFFER,
        press(CONNECT_KEY),
    ),
    _human(
        "53",
        "presses 5 in the silence after the first offer, whatever connects",
        until(Moment.SILENCE, 1.5),
        press("5"),
    ),
    _unanswered(
        "60",
        f"answers like 22 as often as the carrier's variable {ANSWERS} says (0 to 100, 100 at first), "
        "else is not available (480)",
        Outcome.ANSWERED,
        _CHANCE,
        _MAY_ANSWER,
        "Goto(callees,46,1)",
    ),
    _unanswered(
        "61",
        "is like 60, but of those who do not answer six in ten of all ring for 20 seconds first",
        Outcome.ANSWERED,
        _CHANCE,
        _MAY_ANSWER,
        "GotoIf($[${CHANCE} <= 40]?callees,46,1)",
        f"Set(OUTCOME={Outcome.NO_ANSWER})",
        RING,
        "Wait(20)",
        leave(19),
    ),
)

BY_ENDING = {callee.ending: callee for callee in CALLEES}


def callee_of(number: str) -> Callee:
    """Give the behaviour behind a number; an ending that the table has not got behaves like 00."""
    digits = number.removeprefix("+")
    if not digits.isdigit():
        raise BadInputError(field="number", value=number, expected="digits, with or without a + before them")
    return BY_ENDING.get(digits[-2:], BY_ENDING[DEFAULT])


def documentation() -> str:
    """Give the table of docs/lab.md."""
    rows = [f"| {callee.ending} | {callee.says} | {callee.outcome} |" for callee in CALLEES]
    return "\n".join(("| ending | the callee | outcome |", "| --- | --- | --- |", *rows))
