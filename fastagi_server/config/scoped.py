"""Which scopes there are to be stopped, by what is configured; whoever is wrong is told what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from fastagi_server.config.mistakes import nearest
from fastagi_server.pacing import scopes
from fastagi_server.telephony.campaign import check_name
from fastagi_server.telephony.errors import BadInputError


class Scopes:
    """The scopes of these trunks and countries; of a campaign only the name's form is looked at."""

    def __init__(self, *, trunks: Iterable[str], countries: Iterable[str]) -> None:
        self._known = {
            scopes.CLUSTER,
            *(scopes.trunk(name) for name in trunks),
            *(scopes.country(slug) for slug in countries),
        }

    def check(self, scope: str) -> None:
        """Refuse a scope that there is not."""
        if campaign := scopes.campaign_in(scope):
            check_name(campaign)
        elif scope not in self._known:
            raise BadInputError(field="scope", value=scope, expected=self._near(scope))

    def _near(self, scope: str) -> str:
        """Say which one may have been meant: whoever stops something has no time to read a list of all."""
        if scopes.is_asterisk(scope):
            return "stopped as it is drained: discador asterisk drain"
        near = nearest(scope, sorted(self._known))
        if near:
            return f"{near}, or another scope of discador pacing show"
        trunks = sorted(each for each in self._known if each.startswith(scopes.trunk("")))
        return ", ".join([scopes.CLUSTER, *trunks, "country:SLUG or campaign:NAME"])
