"""What a dialplan is told of a number and of a caller ID, in the variables that it finds it in.

The variable that decides (dialable, callerid) comes last: whoever finds it set has all the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.dialplan import variables
from fastagi_server.numbering.number import Number
from fastagi_server.telephony.campaign import No
from fastagi_server.telephony.country import Country


@dataclass(frozen=True, kw_only=True)
class About:
    """A number as we understood it, and its country if that is one of ours."""

    number: Number
    country: Country | None

    @property
    def why(self) -> str:
        """The word for why the number is not dialed; empty when it may be."""
        if not self.number.dialable:
            return self.number.why
        return "" if self.country else No.NO_COUNTRY

    def variables(self) -> dict[str, str]:
        """Say it in variables; those of a country that is not known are emptied, never left as they were."""
        country = self.country
        return {
            variables.COUNTRY: country.slug if country else "",
            variables.ISO: self.number.iso,
            variables.E164: self.number.e164,
            variables.CONNECT_KEY: country.connect_key if country else "",
            variables.OPTOUT_KEY: country.optout_key if country else "",
            variables.REPEAT_KEY: country.repeat_key if country else "",
            variables.WHY: self.why,
            variables.DIALABLE: variables.NO if self.why else variables.YES,
        }


@dataclass(frozen=True, kw_only=True)
class Lent:
    """A caller ID and why it was chosen, or none (empty) and why there is none; `country` is a slug."""

    callerid: str
    why: str
    country: str

    def variables(self) -> dict[str, str]:
        """Say it in variables; a reason with line breaks could not be said over AGI."""
        return {
            variables.COUNTRY: self.country,
            variables.CALLERID_WHY: " ".join(self.why.split()),
            variables.CALLERID: self.callerid,
        }
