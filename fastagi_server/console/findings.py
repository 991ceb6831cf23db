"""How findings are told: sentence and remedy to people, an object to programs. Nothing is looked at here."""

from __future__ import annotations

from typing import Any

from fastagi_server.console.actions import Finding, Level
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony import frames


def line(finding: Finding, tongue: Tongue) -> str:
    """Give a finding as people read it, with its remedy unless it is good."""
    sentence = f"{tongue.say(f'check.{finding.level}'):<5} {_say(finding.key, finding, tongue)}"
    told = remedy(finding, tongue)
    return sentence if told is None else f"{sentence}\n      {tongue.say('check.remedy', remedy=told)}"


def remedy(finding: Finding, tongue: Tongue) -> str | None:
    """Say what would mend a finding; a good one needs nothing."""
    return None if finding.level is Level.GOOD else _say(f"{finding.key}.remedy", finding, tongue)


def for_programs(finding: Finding, tongue: Tongue) -> dict[str, Any]:
    """Give a finding as an object; its remedy is in the reader's language, all else in fixed words."""
    return {
        "key": finding.key,
        "good": finding.good,
        "level": finding.level,
        "says": dict(finding.says),
        "remedy": remedy(finding, tongue),
    }


def _say(key: str, finding: Finding, tongue: Tongue) -> str:
    says = {name: _said(value, tongue) for name, value in finding.says.items()}
    return tongue.say(f"finding.{key}", **says)


def _said(value: object, tongue: Tongue) -> object:
    """Say an error within a finding in the reader's language."""
    if isinstance(value, frames.Failed):
        return tongue.sentence(value.code, value.details, value.message)
    return value
