"""An endpoint's values go together, or the one that does not is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fastagi_server.config.pjsip import Pjsip, Place, Transport
from fastagi_server.telephony.errors import BadInputError

WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "two transports": ("transport_name", {"transport_name": "udp", "bind": "127.0.0.1:5070"}),
    "an address outside a transport": ("external_address", {"external_address": "192.0.2.1"}),
    "networks behind no NAT": ("local_networks", {"local_networks": ("10.0.0.0/8",), "bind": "[::]:5070"}),
    "certificates without TLS": ("ca_file", {"ca_file": Path("/etc/ca.pem"), "bind": "127.0.0.1:5070"}),
    "certificates of a transport of theirs": (
        "ca_file",
        {"ca_file": Path("/etc/ca.pem"), "transport": Transport.TLS},
    ),
    "nothing to verify": ("verify_server", {"verify_server": False}),
    "a secret without a name": ("secret_file", {"secret_file": Path("s")}),
    "a realm without a name": ("realm", {"realm": "x"}),
    "a nameless registration": ("register", {"register": True}),
    "no codec": ("codecs", {"codecs": ()}),
    "every codec off": ("codecs", {"codecs": ("all",)}),
    "a number shown nowhere": ("callerid_in", {"callerid_in": ()}),
    "two names in From": ("from_user", {"from_user": "acme"}),
    "no name in From": ("from_user", {"callerid_in": (Place.PAI,)}),
    "a line of its own": ("host", {"host": "x\ntype = endpoint"}),
    "a comment": ("username", {"username": "a;b"}),
    "a section": ("context", {"context": "[x]"}),
    "a host that is a network": ("match", {"match": ("10.0.0.1/8",)}),
    "no port": ("bind", {"bind": "0.0.0.0"}),
}


@pytest.mark.parametrize(("field", "values"), WRONG.values(), ids=WRONG)
def test_what_does_not_go_together_is_refused_by_name(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(BadInputError) as wrong:
        Pjsip(**{"host": "192.0.2.1", **values})
    assert wrong.value.details["field"] == field


@pytest.mark.parametrize(
    ("values", "user"),
    [
        ({}, ""),
        ({"username": "acme"}, ""),
        ({"username": "acme", "callerid_in": (Place.PAI,)}, "acme"),
        ({"username": "acme", "from_user": "pbx", "callerid_in": (Place.RPID,)}, "pbx"),
    ],
)
def test_from_holds_the_number_or_a_name(values: dict[str, Any], user: str) -> None:
    assert Pjsip(host="192.0.2.1", **values).user_in_from == user
