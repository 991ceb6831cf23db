"""The same conversation by a bare LineOnlyReceiver: no limits, no permits, no scripts, no hang-ups."""

from __future__ import annotations

from stand import BACKLOG, stand
from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver


class Session(LineOnlyReceiver):
    """Headers, then five commands, one after the other."""

    delimiter = b"\n"

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.values: list[str] = []
        self.asking = False

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Send at once what is sent."""
        self.transport.setTcpNoDelay(True)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a header or a reply."""
        if self.asking:
            code, _, result = line.decode().partition(" result=")
            if code != "200":
                self.transport.abortConnection()
                return
            self.values.append(result.partition(" ")[2].strip("()"))
            self.ask()
        elif line:
            name, _, value = line.decode().partition(": ")
            self.headers[name] = value
        else:
            self.asking = True
            self.ask()

    def ask(self) -> None:
        """Send the next command, or leave."""
        match len(self.values):
            case 0:
                self.sendLine(b'GET VARIABLE "AMDSTATUS"')
            case 1:
                self.sendLine(b'GET VARIABLE "AMDCAUSE"')
            case 2:
                self.sendLine(f'SET VARIABLE "DISCADOR_ANSWERED" "{self.values[0]}"'.encode())
            case 3:
                self.sendLine(f'SET VARIABLE "DISCADOR_CAUSE" "{self.values[1]}"'.encode())
            case 4:
                self.sendLine(f'VERBOSE "{self.headers["agi_uniqueid"]}" "1"'.encode())
            case _:
                self.transport.loseConnection()


factory = Factory.forProtocol(Session)
factory.noisy = False
stand(reactor.listenTCP(0, factory, BACKLOG, "127.0.0.1").getHost().port)
reactor.run()
