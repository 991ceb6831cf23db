from __future__ import annotations

import re

from fastagi_server.loadtest import carrier
from fastagi_server.loadtest.callees import CALLEES, Moment
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.speech import VOICES, Prompts

MEXICO, USA, BRASIL = LAB_COUNTRIES
PROMPTS = Prompts(identification=3.0, optout=2.0, offer=5.0)
VOICE = carrier.Voice(greeting="/lab/g", voicemail="/lab/v", greeting_seconds=0.8)
VOICES_MADE = dict.fromkeys(("es", "en", "pt"), VOICE)
ALL = {country.slug: PROMPTS for country in LAB_COUNTRIES}


def test_the_moments_follow_the_lengths_of_what_is_heard() -> None:
    instants = carrier.timeline(MEXICO, PROMPTS, VOICE)

    begins = 0.8 + 0.7 + 0.1
    assert instants[Moment.AMD] == 0
    assert abs(instants[Moment.IDENTIFICATION] - begins) < 1e-9
    assert abs(instants[Moment.OPTOUT] - (begins + 3)) < 1e-9
    assert abs(instants[Moment.OFFER] - (begins + 5)) < 1e-9
    assert abs(instants[Moment.SILENCE] - (begins + 10)) < 1e-9


def test_a_number_gets_the_voice_and_the_connect_key_of_its_country() -> None:
    dialplan = carrier.voices_dialplan(LAB_COUNTRIES, ALL, VOICES_MADE)

    keys = dict(re.findall(r"exten => (\w+),1,.*\n.*\n same => n,Set\(CONNECT=(.)\)", dialplan))
    ways = dict(re.findall(r"exten => (_\S+),1,Goto\((\w+),1\)", dialplan))
    assert keys == {"mexico": "3", "usa": "1", "brasil": "1"}
    assert ways == {"_52X.": "mexico", "_1X.": "usa", "_55X.": "brasil", "_X.": "mexico"}


def test_a_wrong_key_means_nothing_in_its_country() -> None:
    for country in LAB_COUNTRIES:
        key = carrier.wrong_key(country)
        assert key.isdigit()
        assert key not in {country.connect_key, country.optout_key, country.repeat_key}


def test_the_dialplan_has_one_extension_for_each_callee_and_its_steps_in_order() -> None:
    lines = carrier.callees_dialplan().splitlines()

    for callee in CALLEES:
        start = next(i for i, line in enumerate(lines) if line.startswith(f"exten => {callee.ending},1,"))
        steps = tuple(line.removeprefix(" same => n,") for line in lines[start + 1 :][: len(callee.steps)])
        assert steps == callee.steps


def test_sipp_looks_jumps_and_answers_for_each_rejection() -> None:
    looks, jumps, answers = carrier.sipp_choices(), carrier.sipp_jumps(), carrier.sipp_branches()

    assert "[0-9]*42@" in looks.splitlines()[0]
    assert 'next="1" test="is1"' in jumps
    assert '<label id="1"/>\n  <send next="90"><![CDATA[\nSIP/2.0 603 Network Blocked\n' in answers


def test_every_language_that_has_a_voice_of_its_own_has_a_greeting_and_a_message() -> None:
    languages = {language for language in VOICES if "-" not in language}

    assert languages == set(carrier.GREETINGS) == set(carrier.MESSAGES)
