"""A manager behind TLS, on loopback, both ends on a reactor of the test's own that is turned by hand."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL.crypto import Error as OpenSSLError
from twisted.internet.endpoints import connectProtocol
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import PrivateCertificate
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.endpoint import manager_endpoint, read_certificates
from fastagi_server.telephony.errors import BadInputError

# The test's own server: Twisted hands pyOpenSSL its old objects there.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Passing pyOpenSSL .* objects is deprecated:DeprecationWarning"
)


def make_certificate(name: str = "127.0.0.1") -> tuple[bytes, bytes]:
    """Give a self-signed certificate for that address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    today = dt.datetime.now(tz=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


class Asterisk(Protocol):
    """Greets, refuses nobody's silence."""

    def connectionMade(self) -> None:  # noqa: N802
        self.heard = b""
        self.transport.write(b"Asterisk Call Manager/11.0.0\r\n")

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self.heard += data
        if b"\r\n\r\n" in self.heard:
            action_id = self.heard.split(b"ActionID: ")[1].split(b"\r\n")[0]
            self.heard = b""
            self.transport.write(b"Response: Success\r\nActionID: " + action_id + b"\r\n\r\n")


class Lab:
    """The reactor, a TLS manager on it, and one of our connections to it."""

    def __init__(self, tmp_path: Path) -> None:
        self.reactor = EPollReactor()
        self.reactor.startRunning(installSignalHandlers=False)  # names are looked up in its threads
        self.folder = tmp_path
        self.servers: list[Any] = []

    def serves(self, name: str = "127.0.0.1") -> tuple[int, Path]:
        certificate, key = make_certificate(name)
        ca_file = self.folder / "ca.pem"
        ca_file.write_bytes(certificate)
        options = PrivateCertificate.loadPEM(certificate + key).options()
        server = self.reactor.listenSSL(0, Factory.forProtocol(Asterisk), options, interface="127.0.0.1")
        self.servers.append(server)
        return server.getHost().port, ca_file

    def connects(self, port: int, ca_file: Path) -> Connection:
        connection = Connection(
            prefix="tls",
            credentials=Credentials(username="u", secret=lambda: "s", md5=False),
            patience=Patience(),
            alarm=self.reactor,
            on_event=lambda _: None,
        )
        endpoint = manager_endpoint(
            self.reactor, host="127.0.0.1", port=port, tls=True, ca_file=ca_file, seconds=5
        )
        connectProtocol(endpoint, connection).addErrback(lambda _: None)
        return connection

    def turn(self, until: Callable[[], bool]) -> None:
        for _ in range(200):
            if until():
                return
            self.reactor.runUntilCurrent()
            self.reactor.doIteration(0.05)
        raise AssertionError("it never came")

    def close(self) -> None:
        for server in self.servers:
            stopped = server.stopListening()
            self.turn(lambda stopped=stopped: stopped.called)
        self.reactor.fireSystemEvent("shutdown")
        for reader in (*self.reactor.removeAll(), *self.reactor._internalReaders):
            reader.connectionLost(Failure(CONNECTION_DONE))
        self.reactor._poller.close()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    # Twisted's TLS asks the global reactor for its time, unless it is told of another.
    monkeypatch.setattr("twisted.protocols.tls._get_default_clock", lambda: lab.reactor)
    yield lab
    lab.close()


@pytest.mark.parametrize("end", ["abort", "leave"])
def test_over_tls_we_log_in_with_a_large_buffer_and_go(lab: Lab, end: str) -> None:
    up: list[Any] = []
    down: list[str] = []
    connection = lab.connects(*lab.serves())
    connection.up.addBoth(up.append)
    connection.down.addCallback(down.append)
    lab.turn(lambda: bool(up))

    assert up == [None]
    below = connection.transport.transport.getHandle()
    assert isinstance(below, socket.socket)
    with socket.socket() as plain:
        assert below.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > plain.getsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF
        )

    getattr(connection, end)("enough")
    lab.turn(lambda: bool(down))
    connection.abort("what is lost cannot be lost again")
    assert down == ["enough"]


@pytest.mark.parametrize("wrong", ["another authority", "another name"])
def test_a_certificate_that_cannot_be_checked_is_no_link(lab: Lab, wrong: str) -> None:
    port, ca_file = lab.serves("127.0.0.1" if wrong == "another authority" else "127.0.0.9")
    if wrong == "another authority":
        ca_file.write_bytes(make_certificate()[0])
    up: list[Any] = []
    lab.connects(port, ca_file).up.addBoth(up.append)
    lab.turn(lambda: bool(up))

    assert ("Mismatch" if wrong == "another name" else "certificate verify failed") in str(up[0].value)
    assert "the login" in str(up[0].value)


def test_plain_tcp_where_it_is_wanted() -> None:
    reactor = MemoryReactorClock()
    endpoint = manager_endpoint(reactor, host="127.0.0.1", port=5038, tls=False, ca_file=None, seconds=3)
    trying = endpoint.connect(Factory.forProtocol(Asterisk))
    trying.addErrback(lambda _: None)
    reactor.advance(0)

    host, port, _, timeout, _ = reactor.tcpClients[0]
    assert (host, port) == ("127.0.0.1", 5038)
    assert timeout == 3
    trying.cancel()


def test_every_certificate_of_a_file_is_trusted(tmp_path: Path) -> None:
    (first, key), (second, _) = make_certificate(), make_certificate()
    path = tmp_path / "ca.pem"
    path.write_bytes(b"# two of them\n" + first + key + second)

    assert [each.dumpPEM() for each in read_certificates(path)] == [first, second]


@pytest.mark.parametrize("contents", [b"", b"not a certificate\n"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(contents)

    with pytest.raises(BadInputError, match=r"asterisk\.ca_file is .*ca\.pem.* at least one certificate"):
        read_certificates(path)


def test_what_only_looks_like_a_certificate(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    with pytest.raises(OpenSSLError):
        read_certificates(path)
