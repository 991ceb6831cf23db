"""Which countries can be called from here: those with a caller ID of ours. Nothing is known of prompts."""

from __future__ import annotations

from collections.abc import Sequence

from fastagi_server.config.settings import Settings
from fastagi_server.store import dids, reader
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


def callable_from_here(settings: Settings, countries: Sequence[Country]) -> list[Country]:
    """Give the countries that have caller IDs, configured or imported, in the order given."""
    slugs = {slug for slug, numbers in settings.callerids.items() if numbers} | _imported(settings)
    return [country for country in countries if country.slug in slugs]


def _imported(settings: Settings) -> set[str]:
    """Give the slugs of imported caller IDs; a store that cannot be read is told by its own finding."""
    try:
        database = open_database(settings.database_url)
    except DiscadorError:
        return set()
    try:
        return {did.country for did in reader.read(database, dids.owned)}
    except DiscadorError:
        return set()
    finally:
        database.dispose()
