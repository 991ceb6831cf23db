"""What can be found out without a connection, and how a finding is printed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.console.tongue import Tongue
from fastagi_server.store import migrate
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


def of_settings(settings: Settings, countries: Sequence[Country]) -> Iterator[Finding]:
    """Look at the store, the trunks, the caller IDs and the folder."""
    yield _store(settings)
    yield Finding(key="trunk", good=bool(settings.trunks))
    missing = [country.slug for country in countries if not settings.callerids.get(country.slug)]
    yield Finding(key="callerid", good=not missing, says={"missing": ", ".join(missing) or "-"})
    folder = settings.dialplan.folder
    yield Finding(key="folder", good=os.access(folder, os.W_OK), says={"path": folder})


def _store(settings: Settings) -> Finding:
    try:
        found = migrate.current(settings.database_url)
    except DiscadorError as error:
        return Finding(key="store_open", good=False, says={"why": frames.failed(error)})
    says = {"found": found or "-", "needed": migrate.head()}
    return Finding(key="store", good=found == migrate.head(), says=says)


def line(finding: Finding, tongue: Tongue) -> str:
    """Give a finding as people read it, with its remedy when it is bad."""
    word = tongue.say("check.good" if finding.good else "check.bad")
    says = {name: _said(value, tongue) for name, value in finding.says.items()}
    sentence = f"{word:<5} {tongue.say(f'finding.{finding.key}', **says)}"
    if finding.good:
        return sentence
    remedy = tongue.say(f"finding.{finding.key}.remedy", **says)
    return f"{sentence}\n      {tongue.say('check.remedy', remedy=remedy)}"


def _said(value: object, tongue: Tongue) -> object:
    """Say an error within a finding in the reader's language."""
    if isinstance(value, frames.Failed):
        return tongue.sentence(value.code, value.details, value.message)
    return value
