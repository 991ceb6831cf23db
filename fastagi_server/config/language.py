"""Which of our languages to speak. This file translates nothing."""

from __future__ import annotations

from collections.abc import Mapping

from fastagi_server.config.settings import Language

# The order of POSIX: the first that is set decides, even when it names a language that is not ours.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def of_environment(env: Mapping[str, str]) -> Language:
    """Give the language that the environment asks for, for example es for es_MX.UTF-8; else English."""
    asked = next((env[name] for name in _VARIABLES if env.get(name)), "")
    spoken = {str(each): each for each in Language if each}
    return spoken.get(asked[:2].lower(), Language.ENGLISH)


def spoken(chosen: Language, env: Mapping[str, str]) -> Language:
    """Give the language to speak: the one chosen, or the environment's."""
    return chosen or of_environment(env)
