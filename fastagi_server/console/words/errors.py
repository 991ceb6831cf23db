"""The errors that people meet, by class name; English is the class's own docstring."""

from __future__ import annotations

from fastagi_server.config.settings import Language
from fastagi_server.console.words import errors_es, errors_pt

TABLES: dict[Language, dict[str, str]] = {
    Language.SPANISH: errors_es.ERRORS,
    Language.PORTUGUESE: errors_pt.ERRORS,
}
# Fixed words that fill an error's braces.
PHRASES: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {
        "outside": "outside the Americas",
        "other country": "of another country than the list says",
        "rounded": "rounded by a spreadsheet: format the column as text and export it again",
        "owned as labs": "ours already, marked as a lab's",
        "owned not as labs": "ours already, and not marked as a lab's",
    },
    Language.SPANISH: errors_es.PHRASES,
    Language.PORTUGUESE: errors_pt.PHRASES,
}
