"""Endpoints of carriers of three kinds, by the names of their settings, each with what stands in From."""

from __future__ import annotations

from typing import Any

from fastagi_server.dialplan.pjsip import render

PLAIN: dict[str, Any] = {
    "host": "192.0.2.10",
    "port": 0,
    "transport": "udp",
    "srtp": False,
    "transport_name": "",
    "bind": "",
    "external_address": "",
    "local_networks": (),
    "ca_file": None,
    "verify_server": True,
    "username": "",
    "secret_file": None,
    "realm": "",
    "register": False,
    "register_seconds": 3600,
    "callerid_in": ("from",),
    "from_user": "",
    "from_domain": "",
    "match": (),
    "context": "from-trunk",
    "codecs": ("ulaw", "alaw"),
    "qualify_seconds": 60,
    "rtp_symmetric": True,
    "force_rport": True,
    "rewrite_contact": False,
}
REGISTERED = {
    **PLAIN,
    "host": "sip.example.net",
    "port": 5080,
    "transport_name": "0.0.0.0-udp",
    "username": "acme-1",
    "realm": "example.net",
    "register": True,
    "register_seconds": 600,
    "callerid_in": ("pai", "rpid"),
    "from_domain": "example.net",
    "match": ("192.0.2.10", "192.0.2.16/28"),
}
SAFE = {
    **PLAIN,
    "host": "2001:db8::5",
    "port": 5061,
    "transport": "tls",
    "srtp": True,
    "bind": "[::]:5071",
    "external_address": "198.51.100.7",
    "local_networks": ("10.0.0.0/8", "192.168.0.0/16"),
    "ca_file": "/etc/asterisk/keys/carrier-ca.pem",
    "codecs": ("alaw",),
}
ENDPOINTS: dict[str, tuple[dict[str, Any], str]] = {
    "plain": (PLAIN, ""),
    "registered": (REGISTERED, "acme-1"),
    "safe": (SAFE, ""),
}


def rendered() -> str:
    """Give all three as one file."""
    return "\n".join(
        render(name, values, user_in_from=user, secret="not-a-real-one")
        for name, (values, user) in ENDPOINTS.items()
    )
