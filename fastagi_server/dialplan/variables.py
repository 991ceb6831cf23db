"""Every name that our dialplan shares with somebody else, once.

Templates take their names from here, and so do the rooms that read what the dialplan says. This file does
not know how any of it is spelt in extensions.conf.
"""

from __future__ import annotations

import enum

from fastagi_server.telephony.country import Country

# Variables in: set by the Originate or by another dialplan.
AGI_URI = "DISCADOR_AGI"

# Variables out of the FastAGI scripts: each holds its default before its script is asked.
ANSWERED = "DISCADOR_ANSWERED"
KEY = "DISCADOR_KEY"
OPTOUT = "DISCADOR_OPTOUT"
OPTOUT_DONE = "done"
COUNTRY = "DISCADOR_COUNTRY"
ISO = "DISCADOR_ISO"
E164 = "DISCADOR_E164"
CONNECT_KEY = "DISCADOR_CONNECT_KEY"
OPTOUT_KEY = "DISCADOR_OPTOUT_KEY"
REPEAT_KEY = "DISCADOR_REPEAT_KEY"
WHY = "DISCADOR_WHY"
DIALABLE = "DISCADOR_DIALABLE"
YES, NO = "yes", "no"
CALLERID = "DISCADOR_CALLERID"
CALLERID_WHY = "DISCADOR_CALLERID_WHY"

# Variables of the dialplan's own, left on the channel for whoever takes the call over.
DIGIT = "DISCADOR_DIGIT"
OFFERS = "DISCADOR_OFFERS"
FORGOTTEN = "DISCADOR_FORGOTTEN"
TECH = "DISCADOR_TECH"

# AstDB: one entry per opt-out that nobody has taken over yet, key the call's id, value <epoch>/<digit>.
OPTOUT_FAMILY = "discador_optout"
# AstDB: one entry for each that puts a dialplan in force, or waits to; value a count that shows it lives.
TURN_FAMILY = "discador_turn"

# Contexts that all countries share. Key, optout and ended are called by other dialplans too.
CONTEXT_ASK = "discador_ask"
CONTEXT_KEY = "discador_key"
CONTEXT_OPTOUT = "discador_optout"
CONTEXT_ENDED = "discador_ended"
SHARED_CONTEXTS = (CONTEXT_ASK, CONTEXT_KEY, CONTEXT_OPTOUT, CONTEXT_ENDED)
# The register of what the file holds: a step for each bundle of contexts, never run by anybody.
CONTEXT_VERSIONS = "discador_versions"

# What an Originate sends along, so that the end of a never-answered call is told too. In AMI a comma starts
# another variable, hence the backslashes.
HANDLER_VARIABLE = "CHANNEL(hangup_handler_push)"
HANDLER_VALUE = rf"{CONTEXT_ENDED}\,s\,1"

USER_EVENT = "Discador"


class Header(enum.StrEnum):
    """The headers of our UserEvent; Uniqueid comes with every one and is the call's identity."""

    FACT = "Fact"
    STATUS = "Status"
    CAUSE = "Cause"
    DIGIT = "Digit"
    MEANING = "Meaning"
    TECH = "Tech"


class Told(enum.StrEnum):
    """The words of the header Fact: what the dialplan tells of a call."""

    AMD = "amd"
    KEY = "key"
    OPTOUT = "optout"
    CONNECTING = "connecting"
    ENDED = "ended"


class Script(enum.StrEnum):
    """The FastAGI scripts; the rendered contexts ask the first three, any other dialplan all of them."""

    ANSWERED = "answered"
    KEY = "key"
    OPTOUT = "optout"
    COUNTRY = "country"
    CALLERID = "callerid"


class Sound(enum.StrEnum):
    """The audio files of a country, by their last name."""

    IDENTIFICATION = "identification"
    OPTOUT = "optout"
    OFFER = "offer"
    THANKS = "thanks"


def ident_context(country: Country) -> str:
    """Name the context that says who calls; only the opt-out key is heard there."""
    return f"{country.context}_ident"


def offer_context(country: Country) -> str:
    """Name the context that makes the offer; every key is heard there."""
    return f"{country.context}_offer"


def contexts(country: Country) -> tuple[str, str, str]:
    """Name the three contexts of a country, in the order in which a call runs them."""
    return country.context, ident_context(country), offer_context(country)
