"""The dialplan's settings lead to a file of ours and to a destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.config.dialplan import DESTINATION, Dialplan
from fastagi_server.telephony.country import Destination
from fastagi_server.telephony.errors import BadInputError


def test_the_file_is_in_its_folder() -> None:
    assert Dialplan(folder=Path("/x"), file="y.conf").path == Path("/x/y.conf")


def test_a_country_has_its_own_destination_or_everybodys() -> None:
    queue = Destination(context="from-internal", exten="600")
    dialplan = Dialplan(destinations={"mexico": queue})
    assert dialplan.destination_for("mexico") == queue
    assert dialplan.destination_for("usa") == DESTINATION


def test_a_file_elsewhere_is_refused() -> None:
    with pytest.raises(BadInputError, match="file"):
        Dialplan(file="../extensions.conf")


def test_the_file_is_included_by_its_folders_name_unless_told_otherwise() -> None:
    assert Dialplan(folder=Path("/etc/asterisk/discador")).name == "discador/discador.conf"
    assert (
        Dialplan(folder=Path("/srv/copy"), included_as="custom/discador.conf").name == "custom/discador.conf"
    )


def test_queues_are_those_that_destinations_name() -> None:
    named = Destination(context="from-internal", exten="600", queue="600")
    dialplan = Dialplan(destination=Destination(context="c", queue="ventas"), destinations={"mexico": named})

    assert Dialplan().queues == frozenset()
    assert dialplan.queues == {"600", "ventas"}
    with pytest.raises(BadInputError, match=r"destination\.queue"):
        Destination(context="c", queue="ventas,x")
