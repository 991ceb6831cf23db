"""The carrier's side in the words of Asterisk and SIPp, made from the table of callees.

This file gives text; it writes no file and starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastagi_server.loadtest.callees import CALLEES, REJECTS, Moment, Reject
from fastagi_server.loadtest.speech import Prompts, main_language
from fastagi_server.numbering.heads import heads
from fastagi_server.telephony.country import KEYS, Country

LEAD_SECONDS = 0.4
_DECISION_SECONDS = 0.1  # what Asterisk takes to say what AMD() heard, and the dialplan to go on

GREETINGS = {
    "da": "Hallo?",
    "en": "Hello?",
    "es": "¿Bueno?",
    "fr": "Allô ?",
    "gn": "¿Haló?",
    "ht": "Alo?",
    "nl": "Hallo?",
    "pt": "Alô?",
}
_MESSAGES_ES = (
    "Hola. No puedo atender su llamada en este momento. Por favor, deje su mensaje después de la señal "
    "y le llamaré en cuanto pueda."
)
MESSAGES = {
    "da": "Hej. Jeg kan ikke tage telefonen lige nu. Læg en besked efter tonen, så ringer jeg tilbage, "
    "så snart jeg kan.",
    "en": "Hello. I cannot take your call right now. Please leave a message after the tone, and I will "
    "call you back as soon as I can.",
    "es": _MESSAGES_ES,
    "fr": "Bonjour. Je ne peux pas vous répondre pour le moment. Laissez un message après le signal sonore, "
    "et je vous rappellerai dès que possible.",
    "gn": _MESSAGES_ES,
    "ht": "Bonjou. Mwen pa ka reponn ou kounye a. Tanpri kite yon mesaj apre siyal la, m ap rele ou pita.",
    "nl": "Hallo. Ik kan uw oproep nu niet beantwoorden. Spreek na de toon een bericht in, dan bel "
    "ik u zo snel mogelijk terug.",
    "pt": "Olá. Não posso atender agora. Por favor, deixe o seu recado depois do sinal e eu ligo assim "
    "que puder.",
}


@dataclass(frozen=True, kw_only=True)
class Voice:
    """What the callees of one country sound like: two files (paths as Asterisk sees them) and a length."""

    greeting: str
    voicemail: str
    greeting_seconds: float


def language_of(country: Country) -> str:
    """Give the language in which a country's callees answer."""
    return main_language(country.languages[0])


def timeline(country: Country, prompts: Prompts, voice: Voice) -> dict[Moment, float]:
    """Say when each moment of a call comes, in seconds after the answer, when AMD() heard a human."""
    listened = country.amd.after_greeting_silence / 1000
    identification = voice.greeting_seconds + listened + _DECISION_SECONDS
    optout = identification + prompts.identification
    offer = optout + prompts.optout
    return {
        Moment.AMD: 0.0,
        Moment.IDENTIFICATION: identification,
        Moment.OPTOUT: optout,
        Moment.OFFER: offer,
        Moment.SILENCE: offer + prompts.offer,
    }


def wrong_key(country: Country) -> str:
    """Choose a digit that means nothing in a country."""
    meant = {country.connect_key, country.optout_key, country.repeat_key}
    return max(key for key in KEYS if key.isdigit() and key not in meant)


def voices_dialplan(
    countries: Sequence[Country], prompts: Mapping[str, Prompts], voices: Mapping[str, Voice]
) -> str:
    """Give the extensions that set a callee's voice and instants by the digits that its number begins with.

    Asterisk prefers the longest pattern. A number of no country listed is taken for one of the first.
    """
    lines = []
    for country in countries:
        said = _voice_lines(country, prompts[country.slug], voices[language_of(country)])
        lines += _extension(country.slug, said)
        lines += [f"exten => _{digits}X.,1,Goto({country.slug},1)" for digits in heads(country.iso)]
    lines.append(f"exten => _X.,1,Goto({countries[0].slug},1)")
    return "\n".join(lines)


def callees_dialplan() -> str:
    """Give one extension per ending, its steps in order."""
    lines = []
    for callee in CALLEES:
        lines.append(f"; {callee.ending}: {callee.says}")
        lines += _extension(callee.ending, (f"Set(OUTCOME={callee.outcome})", *callee.steps))
    return "\n".join(lines)


def sipp_branches() -> str:
    """Give the part of SIPp's scenario in which the number called chooses the final answer."""
    return "\n".join(_branch(number, reject) for number, reject in enumerate(REJECTS, start=1))


def sipp_choices() -> str:
    """Give the actions in which SIPp looks at the number's ending, one variable for each answer."""
    return "\n".join(
        f'      <ereg regexp="^INVITE sip:[+]?[0-9]*{reject.ending}@" search_in="msg" '
        f'check_it="false" assign_to="is{number}"/>'
        for number, reject in enumerate(REJECTS, start=1)
    )


def sipp_jumps() -> str:
    """Give the jumps from the looks to the answers."""
    return "\n".join(
        f'  <nop next="{number}" test="is{number}"/>' for number, _ in enumerate(REJECTS, start=1)
    )


def _voice_lines(country: Country, prompts: Prompts, voice: Voice) -> list[str]:
    instants = timeline(country, prompts, voice)
    return [
        f"Set(GREETING={voice.greeting})",
        f"Set(VOICEMAIL={voice.voicemail})",
        f"Set(CONNECT={country.connect_key})",
        f"Set(WRONG={wrong_key(country)})",
        *(f"Set({moment}={seconds:.3f})" for moment, seconds in instants.items()),
        "Return()",
    ]


def _extension(pattern: str, applications: Sequence[str]) -> list[str]:
    first, *rest = applications
    return [f"exten => {pattern},1,{first}", *(f" same => n,{application}" for application in rest)]


def _branch(number: int, reject: Reject) -> str:
    return f"""  <label id="{number}"/>
  <send next="90"><![CDATA[
SIP/2.0 {reject.code} {reject.phrase}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]lab[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""
