"""What a verdict and a key mean in a country; no wire, no call, no time."""

from __future__ import annotations

from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.country import Answer, Country
from fastagi_server.telephony.keys import Meaning


def answered(verdict: Verdict, country: Country) -> Answer:
    """Say what to do once AMD() has spoken; whoever is not surely a machine hears the message.

    NOTSURE is the country's choice; silence of AMD() itself (no verdict) is treated like it.
    """
    if verdict in (Verdict.MACHINE, Verdict.HANGUP):
        return Answer.HANGUP
    return Answer.PLAY if verdict is Verdict.HUMAN else country.notsure


def key(digit: str, country: Country, told: str = "") -> Meaning:
    """Say what a digit means: what the callee was told, else what it means in the country's menu now.

    Whoever heard "press 3" before the keys were changed is connected by 3.
    """
    if told in set(Meaning):
        return Meaning(told)
    meanings = {
        country.connect_key: Meaning.CONNECT,
        country.optout_key: Meaning.OPTOUT,
        country.repeat_key: Meaning.REPEAT,
    }
    return meanings.get(digit, Meaning.INVALID)
