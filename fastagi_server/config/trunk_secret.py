"""A trunk's SIP secret, read when it is needed and kept nowhere.

This file does not know what a fragment is. The environment goes before the file, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastagi_server.config import secret, shapes
from fastagi_server.config.environment import PREFIX
from fastagi_server.config.mistakes import HIDDEN, Mistake, Place, SettingError, Wrong, shown
from fastagi_server.config.pjsip import Pjsip

_EXPECTED = f"at most {shapes.MAX_SECRET} visible characters without ; and without a blank at an end"


def variable(trunk: str) -> str:
    """Name the variable of the environment that holds a trunk's secret."""
    return f"{PREFIX}TRUNK_{trunk.upper().replace('-', '_')}_SECRET"


def read(trunk: str, pjsip: Pjsip, env: Mapping[str, str]) -> str:
    """Give the secret; empty where the carrier asks for none. SettingError says what is wrong with it."""
    if not pjsip.username:
        return ""
    name, file = variable(trunk), pjsip.secret_file
    if env.get(name):
        return _held(env[name], Place(file=name), name)
    if file is None:
        expected = f"the SIP secret, unless trunks.{trunk}.pjsip.secret_file names the file that holds it"
        raise _mistaken(Wrong.MISSING, Place(file="the environment"), name, "", expected)
    key = f"trunks.{trunk}.pjsip.secret_file"
    try:
        held = secret.read(file)
    except secret.Unusable as wrong:
        expected = f"a file for the secret alone: {wrong.wrong}; {wrong.remedy}"
        raise _mistaken(Wrong.VALUE, Place(file=key), key, shown(str(file)), expected) from None
    return _held(held, Place(file=str(file)), key)


def _held(value: str, place: Place, key: str) -> str:
    right = shapes.secret(value) is None and ";" not in value and value == value.strip()
    if not right:
        raise _mistaken(Wrong.VALUE, place, key, HIDDEN, _EXPECTED)
    return value


def _mistaken(wrong: Wrong, place: Place, key: str, value: str, expected: str) -> SettingError:
    return SettingError([Mistake(wrong=wrong, place=place, key=key, value=value, expected=expected)])
