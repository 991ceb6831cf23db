"""How an Asterisk's manager is reached: TCP, or TLS with a checked certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates

from fastagi_server.telephony.errors import BadInputError

_MARK = b"-----END CERTIFICATE-----"


def manager_endpoint(
    reactor: Any, *, host: str, port: int, tls: bool, ca_file: Path | None, seconds: float
) -> IStreamClientEndpoint:
    """Give the endpoint; with `ca_file` only its certificates are trusted, else the system's."""
    plain = HostnameEndpoint(reactor, host, port, timeout=seconds)
    if not tls:
        return plain
    trust: Any = None
    if ca_file is not None:
        trust = trustRootFromCertificates(read_certificates(ca_file))  # type: ignore[no-untyped-call]
    wrapped: IStreamClientEndpoint = wrapClientTLS(optionsForClientTLS(host, trustRoot=trust), plain)
    return wrapped


def read_certificates(path: Path) -> list[Certificate]:
    """Take every certificate of a PEM file; a file without one would trust nobody, silently."""
    blocks = path.read_bytes().split(_MARK)[:-1]
    if not blocks:
        expected = "a PEM file with at least one certificate"
        raise BadInputError(field="asterisk.ca_file", value=str(path), expected=expected)
    return [Certificate.loadPEM(block + _MARK) for block in blocks]
