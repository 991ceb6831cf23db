"""The carrier's folder: its voices, its dialplan made from the table of callees, and SIPp's scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest import carrier, speech
from fastagi_server.loadtest.callees import DEFAULT, Outcome
from fastagi_server.loadtest.owned import Owners, make_folder, write_file
from fastagi_server.loadtest.paths import Paths, Side
from fastagi_server.loadtest.ports import Ports
from fastagi_server.loadtest.templates import render
from fastagi_server.telephony.country import Country

RING_SECONDS = 0.4
TALK_SECONDS = 5
AGENT_SECONDS = 15
# How many instants the dialplan keeps of calls that it took: no limit may be higher.
LIMIT_PLACES = 500
_AGENT = "Hello, this is the agent of the laboratory."


@dataclass(frozen=True, kw_only=True)
class Place:
    """The lab whose carrier is made."""

    paths: Paths
    ports: Ports
    owners: Owners
    cache: Path


def make(
    place: Place, *, countries: Sequence[Country], prompts: Mapping[str, speech.Prompts], witness: str
) -> None:
    """Make the carrier's files; the empty list of calls is its own, for it appends to it."""
    paths, ports = place.paths, place.ports
    folder, owner = paths.side(Side.CARRIER), place.owners.root_for_asterisk
    write_file(paths.calls, "", place.owners.asterisk, 0o644)
    voices = _voices(place, sorted({carrier.language_of(country) for country in countries}))
    agent = folder / "voices/agent.wav"
    speech.speak(_AGENT, "en", agent, cache=place.cache)
    first, last = ports.carrier_rtp
    files = {
        "manager.conf": render("manager_carrier.conf", port=ports.carrier_ami, witness=witness),
        "pjsip.conf": render("pjsip_carrier.conf", own=ports.carrier_sip),
        "rtp.conf": render("rtp.conf", first=first, last=last),
        "extensions.conf": render(
            "extensions_carrier.conf",
            calls=paths.inside(paths.calls),
            sipp=ports.sipp,
            ring_seconds=RING_SECONDS,
            talk_seconds=TALK_SECONDS,
            agent_seconds=AGENT_SECONDS,
            agent=paths.inside(agent).with_suffix(""),
            default=DEFAULT,
            congested=Outcome.CONGESTED,
            places=LIMIT_PLACES,
            voices=carrier.voices_dialplan(countries, prompts, voices),
            callees=carrier.callees_dialplan(),
        ),
    }
    for name, text in files.items():
        write_file(folder / "etc" / name, text, owner, 0o640)


def make_sipp(place: Place) -> None:
    """Make SIPp's scenario, in a folder of its own where it may write what it saw."""
    folder = place.paths.folder / "sipp"
    make_folder(folder, place.owners.asterisk, 0o755)
    scenario = render(
        "rejects.xml",
        choices=carrier.sipp_choices(),
        jumps=carrier.sipp_jumps(),
        branches=carrier.sipp_branches(),
    )
    write_file(folder / "rejects.xml", scenario, place.owners.root_for_asterisk, 0o640)


def _voices(place: Place, languages: Sequence[str]) -> dict[str, carrier.Voice]:
    made = {}
    for language in languages:
        folder = place.paths.side(Side.CARRIER) / "voices" / language
        greeting, message = folder / "greeting.wav", folder / "voicemail.wav"
        lead = carrier.LEAD_SECONDS
        seconds = speech.speak(carrier.GREETINGS[language], language, greeting, lead=lead, cache=place.cache)
        speech.speak(carrier.MESSAGES[language], language, message, lead=lead, cache=place.cache)
        speech.add_beep(message, lead=0.3)
        made[language] = carrier.Voice(
            greeting=str(place.paths.inside(greeting).with_suffix("")),
            voicemail=str(place.paths.inside(message).with_suffix("")),
            greeting_seconds=seconds,
        )
    return made
