"""What one command needs, each made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from fastagi_server.config import countries as country_files
from fastagi_server.config import language, load
from fastagi_server.config.settings import Language, Settings
from fastagi_server.console.actions import Actions
from fastagi_server.console.tongue import Tongue
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


class Session:
    """What one command needs: settings, countries and a tongue, each made when first asked for."""

    def __init__(
        self, config: Path | None, env: Mapping[str, str], chosen: str, actions: Actions, clock: Clock
    ) -> None:
        self._config = config
        self._env = env
        self._chosen = chosen
        self.actions = actions
        self.clock = clock

    @property
    def env(self) -> Mapping[str, str]:
        """The environment, for secrets that no setting holds."""
        return self._env

    @cached_property
    def loaded(self) -> load.Loaded:
        """The settings with their places, read once."""
        return load.read(self._config, self._env)

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """The countries, ours and the operator's."""
        return country_files.load(self.settings.countries_folder)

    @cached_property
    def tongue(self) -> Tongue:
        """The language to speak; a broken configuration must not keep the error from being said."""
        if self._chosen:
            return Tongue(Language(self._chosen))
        try:
            chosen = self.settings.language
        except DiscadorError:
            chosen = Language.ENVIRONMENT
        return Tongue(language.spoken(chosen, self._env))

    def dialplan(self) -> str:
        """The rendered dialplan."""
        return render(self.countries, dialplan_settings(self.settings))


def dialplan_settings(settings: Settings) -> DialplanSettings:
    """Give the rendering its part of the settings."""
    dialplan = settings.dialplan
    return DialplanSettings(
        fastagi_uri=settings.fastagi.uri,
        destinations=dialplan.destinations,
        destination=dialplan.destination,
        sounds_prefix=dialplan.sounds_prefix,
        question_seconds=dialplan.question_seconds,
    )
