"""Countries in, extensions.conf out. This file decides the order and refuses what could break a line.

The call's path itself is in the templates, where a telephony engineer can read it.
"""

from __future__ import annotations

import importlib.resources
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, fields
from functools import cache

import jinja2

from fastagi_server.dialplan import variables
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.versions import Bundle, CountryNames, SharedNames, is_versioned, stamped
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.country import AmdNumbers, Answer, Country
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.keys import Meaning

MAX_AMD_NUMBER = 60_000
_TEMPLATES = "fastagi_server.templates"
_WHOLE, _SHARED, _COUNTRY = "discador.conf.j2", "shared.conf.j2", "country.conf.j2"


def render(countries: Sequence[Country], settings: DialplanSettings) -> str:
    """Give the whole discador.conf: header, shared subroutines, the countries by slug, the register."""
    _check(countries, settings)
    shared, names = _shared(settings)
    sections, bundles = [], [Bundle(contexts=names.contexts)]
    for country in sorted(countries, key=lambda each: each.slug):
        section, here = _country(country, settings, names)
        sections.append(section)
        bundles.append(Bundle(contexts=here.contexts))
    return _fill(_WHOLE, settings=settings, shared=shared, sections=sections, bundles=bundles)


def render_shared(settings: DialplanSettings) -> str:
    """Give the subroutines that every country's contexts call, and their entries."""
    return _shared(settings)[0]


def render_country(country: Country, settings: DialplanSettings) -> str:
    """Give the entry and the three contexts of one country."""
    return _country(country, settings, _shared(settings)[1])[0]


def _shared(settings: DialplanSettings) -> tuple[str, SharedNames]:
    text, version = stamped(_fill(_SHARED, settings=settings, here=SharedNames()))
    return text, SharedNames(version=version)


def _country(country: Country, settings: DialplanSettings, shared: SharedNames) -> tuple[str, CountryNames]:
    _check_numbers(country)
    marked = _fill(
        _COUNTRY,
        settings=settings,
        country=country,
        here=CountryNames(country=country),
        shared=shared,
        destination=settings.destination_of(country),
    )
    text, version = stamped(marked)
    return text, CountryNames(country=country, version=version)


def _fill(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


@cache
def _environment() -> jinja2.Environment:
    folder = importlib.resources.files(_TEMPLATES)
    environment = jinja2.Environment(  # noqa: S701 - extensions.conf is no HTML; values are refused, not escaped
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["value"] = _value
    environment.globals.update(
        v=variables,
        Header=variables.Header,
        Told=variables.Told,
        Script=variables.Script,
        Sound=variables.Sound,
        Meaning=Meaning,
        Verdict=Verdict,
        Answer=Answer,
    )
    return environment


def _value(variable: str) -> str:
    """Write a variable's value as the dialplan does, for example ${DISCADOR_KEY}."""
    return f"${{{variable}}}"


def _check(countries: Sequence[Country], settings: DialplanSettings) -> None:
    named = Counter((*variables.SHARED_CONTEXTS, variables.CONTEXT_VERSIONS))
    for country in countries:
        named.update(variables.contexts(country))
    for context, times in named.items():
        if times > 1:
            raise BadInputError(field="slug", value=context, expected="contexts of different names")
    for slug, destination in {**settings.destinations, "": settings.destination}.items():
        if destination.context in named or is_versioned(destination.context):
            raise BadInputError(
                field=f"destination of {slug or 'the rest'}",
                value=destination.context,
                expected="a context of the operator's own, not one of ours",
            )


def _check_numbers(country: Country) -> None:
    """Refuse what a dataclass cannot: a text or a fraction that came in where a whole number belongs."""
    names = [each.name for each in fields(AmdNumbers)]
    numbers: dict[str, object] = {
        **{f"amd.{name}": value for name, value in zip(names, astuple(country.amd), strict=True)},
        "offers": country.offers,
        "wait_seconds": country.wait_seconds,
    }
    for name, value in numbers.items():
        if type(value) is not int or not 0 <= value <= MAX_AMD_NUMBER:
            raise BadInputError(field=name, value=value, expected=f"a whole number, 0 to {MAX_AMD_NUMBER}")
