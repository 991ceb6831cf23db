"""How Asterisk reaches us with AGI(agi://…). Values only: nothing listens here."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify


@dataclass(frozen=True, kw_only=True)
class FastAgi:
    """Our FastAGI door: where it listens, whom it lets in, and how long it waits."""

    host: str = field(
        default="127.0.0.1",
        metadata=about(
            "The address on which the FastAGI server listens; 0.0.0.0 and :: mean every address.",
            why="FastAGI has no authentication, so it starts where only this machine comes in.",
            check=shapes.address,
        ),
    )
    port: int = field(
        default=4573,
        metadata=about(
            "The port on which the FastAGI server listens.",
            why="it is the port that Asterisk takes when an agi:// address names none.",
            unit="TCP port",
            least=1,
            most=65535,
        ),
    )
    permit: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "The addresses or networks that may ask. Everybody else is cut off without a word.",
            why="that means the address of asterisk.host and nobody else; a name there has several "
            "possible addresses, so then the list must be given.",
            each=shapes.network,
            example=["10.1.2.3", "10.1.3.0/24"],
        ),
    )
    advertise: str = field(
        default="",
        metadata=about(
            "What Asterisk is told to call, agi://host:port, where that is not the address listened on.",
            why="that means agi:// with host and port from above.",
            check=shapes.uri,
        ),
    )
    backlog: int = field(
        default=1024,
        metadata=about(
            "How many connections the kernel may hold for us before we take them.",
            why="Asterisk gives up after two seconds, and a burst of 512 at a backlog of 50 lost calls; the "
            "kernel's own ceiling is net.core.somaxconn.",
            unit="connections",
            least=1,
            most=65535,
        ),
    )
    sessions: int = field(
        default=1000,
        metadata=about(
            "How many sessions may be open at once; one more is closed at once and its call goes on by the "
            "dialplan's defaults. 0 is no limit.",
            why="a session lasts milliseconds, so even 1,000 calls that are up are far below it.",
            unit="sessions",
            least=0,
            most=100000,
        ),
    )
    reply_seconds: float = field(
        default=5.0,
        metadata=about(
            "How long our own part of an answer may take (an opt-out is durable before it is answered). Then "
            "the session is closed and the dialplan goes on by its defaults.",
            why="a commit takes milliseconds; five seconds is a disk that is stuck.",
            unit="seconds",
            least=0.1,
            most=3600,
        ),
    )
    idle_seconds: float = field(
        default=5.0,
        metadata=about(
            "How long Asterisk may say nothing: before its first lines, and in answer to a command of ours.",
            why="it sends its lines with the connection, and our commands are answered at once.",
            unit="seconds",
            least=0.1,
            most=3600,
        ),
    )
    session_seconds: float = field(
        default=30.0,
        metadata=about(
            "How long one session may last altogether.",
            why="it is only a net under the two above; nothing of ours takes a second.",
            unit="seconds",
            least=0.1,
            most=86400,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)

    @property
    def uri(self) -> str:
        """What Asterisk calls, for example agi://127.0.0.1:4573."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.advertise or f"agi://{host}:{self.port}"
