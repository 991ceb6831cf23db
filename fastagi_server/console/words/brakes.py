"""Why scopes are stopped and paces change: the engine's numbers in each language."""

from __future__ import annotations

from collections.abc import Mapping

from fastagi_server.config.settings import Language
from fastagi_server.console.words import brakes_es, brakes_pt
from fastagi_server.pacing import change, why

_ENGLISH = {
    **{str(reason): sentence for reason, sentence in why.SENTENCES.items()},
    **change.SENTENCES,
    **{str(standing): str(standing) for standing in why.Standing},
    **{f"move.{move}": str(move) for move in change.Move},
    "only_an_operator": why.ONLY_AN_OPERATOR,
}
TABLES: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: _ENGLISH,
    Language.SPANISH: brakes_es.BRAKES,
    Language.PORTUGUESE: brakes_pt.BRAKES,
}
