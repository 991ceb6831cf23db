"""Says in the reader's language why a scope is stopped and why a pace changed, from the engine's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastagi_server.console.table import printable
from fastagi_server.console.tongue import Tongue
from fastagi_server.console.words.brakes import TABLES


def brake(tongue: Tongue, told: Mapping[str, Any], *, english: str) -> str:
    """Say why a brake stands; one that a newer engine told is said as it said it."""
    words = TABLES[tongue.language]
    try:
        standing = words[told["standing"]]
        sentence = words[told["reason"]].format(**told["says"])
        stands = told["standing"] == "stopped" and told.get("operator")
        ends = f"; {words['only_an_operator']}" if stands else ""
    except (KeyError, ValueError, TypeError):
        return printable(english)
    return printable(f"{standing}: {sentence}{ends}")


def reason(tongue: Tongue, told: Mapping[str, Any]) -> str:
    """Say what stops or has stopped a scope, in its numbers."""
    try:
        return printable(TABLES[tongue.language][told["reason"]].format(**told["says"]))
    except (KeyError, ValueError, TypeError):
        return printable(str(told.get("reason", "")))


def change(tongue: Tongue, told: Mapping[str, Any]) -> str:
    """Say why a pace changed; what a newer engine told and is not known is left out."""
    words = TABLES[tongue.language]
    try:
        move = words[f"move.{told['move']}"]
        sentences = [words[key].format(**says) for key, says in told["parts"]]
    except (KeyError, ValueError, TypeError):
        return printable(str(told.get("move", "")))
    return printable(f"{move}: {'; '.join(sentences)}")
