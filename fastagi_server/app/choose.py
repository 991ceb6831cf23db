"""From what was asked to what will be dialed: number, country, trunk, caller ID; checked, never made up."""

from __future__ import annotations

from collections.abc import Sequence

from fastagi_server.app.errors import (
    NoCountryForNumberError,
    NotDialableError,
    UnknownNameError,
)
from fastagi_server.config.settings import Settings
from fastagi_server.config.trunk import Presentation, Trunk
from fastagi_server.dialer.show import Wish
from fastagi_server.numbering.country import by_name, country_of, named
from fastagi_server.numbering.number import Number
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Contact
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.frames import Dial
from fastagi_server.telephony.orders import PlaceCall


def wish_of(
    dial: Dial, call: CallId, *, settings: Settings, countries: Sequence[Country], planned_at: float
) -> Wish:
    """Give what is wished as the engine takes it, or refuse with the one thing that is wrong."""
    number = parse(dial.number)
    if not number.dialable:
        raise NotDialableError(number=dial.number, why=number.why.replace("_", " "))
    country = _country(dial.country, number, countries)
    name, trunk = _trunk(dial.trunk, settings)

    def order(callerid: str) -> PlaceCall:
        return _order(
            call,
            number.e164,
            callerid,
            name=name,
            trunk=trunk,
            context=country.context,
            campaign=dial.campaign,
        )

    return Wish(
        number=number.e164,
        country=country.slug,
        trunk=name,
        # As it stands in the inventory, whatever blanks it was written with.
        callerid=parse(dial.callerid).e164 or dial.callerid,
        configured=settings.callerids.get(country.slug, ()),
        order=order,
        planned_at=planned_at,
        campaign=dial.campaign,
    )


def campaign_order(
    contact: Contact, callerid: str, call: CallId, *, trunk: str, settings: Settings
) -> PlaceCall:
    """Give the order for a contact of a campaign; its number and its caller ID are checked already.

    Over a route it leads nowhere yet: which trunk it takes is known at its slot.
    """
    context, campaign = f"discador_{contact.country}", contact.campaign
    if trunk in settings.routes:
        return PlaceCall(
            call=call,
            number=contact.number,
            callerid=callerid,
            trunk=trunk,
            channel="",
            context=context,
            ring_seconds=0,
            campaign=campaign,
        )
    name, way = _trunk(trunk, settings)
    return _order(call, contact.number, callerid, name=name, trunk=way, context=context, campaign=campaign)


def order_over(order: PlaceCall, trunk: str, *, settings: Settings) -> PlaceCall:
    """Write an order anew for the trunk that it leaves over, both numbers as its carrier wants them."""
    if order.trunk == trunk:
        return order
    return _order(
        order.call,
        order.number,
        order.callerid,
        name=trunk,
        trunk=settings.trunks[trunk],
        context=order.context,
        campaign=order.campaign,
    )


def _order(
    call: CallId, number: str, callerid: str, *, name: str, trunk: Trunk, context: str, campaign: str
) -> PlaceCall:
    """Write the order for one call over a trunk, both numbers as its carrier wants them."""
    return PlaceCall(
        call=call,
        number=number,
        callerid=callerid,
        trunk=name,
        channel=trunk.channel(number),
        context=context,
        ring_seconds=trunk.ring_seconds,
        campaign=campaign,
        shown=trunk.shown(callerid),
        private=trunk.presentation is Presentation.PROHIBITED,
        cdr=trunk.cdr,
    )


def _country(slug: str, number: Number, countries: Sequence[Country]) -> Country:
    known = ", ".join(country.slug for country in countries)
    if slug:
        asked = named(slug, by_name(countries))
        if asked is None:
            raise UnknownNameError(kind="country", name=slug, known=known)
        return asked
    country = country_of(number, countries)
    if country is None:
        raise NoCountryForNumberError(number=number.e164, iso=number.iso, known=known)
    return country


def _trunk(name: str, settings: Settings) -> tuple[str, Trunk]:
    chosen = name or settings.usual_trunk
    trunk = settings.trunks.get(chosen)
    if trunk is None:
        raise unknown_trunk(chosen, settings)
    return chosen, trunk


def unknown_trunk(name: str, settings: Settings) -> UnknownNameError:
    """Give what is said of a name that is no trunk's and no route's."""
    known = ", ".join((*settings.trunks, *settings.routes)) or "none"
    return UnknownNameError(kind="trunk", name=name, known=known)
