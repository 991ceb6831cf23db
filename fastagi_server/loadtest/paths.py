"""Where everything of a lab is, as the host sees it and as the chroot sees it. This file touches no file."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class Side(enum.StrEnum):
    """The two Asterisks of a lab."""

    DIALER = "dialer"
    CARRIER = "carrier"


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The places of one lab; paths of the host unless the name says inside."""

    name: str
    root: Path

    @property
    def folder(self) -> Path:
        """The lab's own folder; removed with the lab."""
        return self.root / "lab" / self.name

    def inside(self, path: Path) -> PurePosixPath:
        """Give a path of the host as a program in the chroot sees it."""
        return PurePosixPath("/") / path.relative_to(self.root)

    def side(self, side: Side) -> Path:
        """The folder of one of the two Asterisks."""
        return self.folder / side

    @property
    def state(self) -> Path:
        """What runs where, in JSON, for everybody."""
        return self.folder / "lab.json"

    @property
    def config(self) -> Path:
        """A configuration of Discador for this lab."""
        return self.folder / "discador.yml"

    @property
    def data(self) -> Path:
        """Discador's own data."""
        return self.folder / "data"

    @property
    def run(self) -> Path:
        """Discador's sockets."""
        return self.folder / "run"

    @property
    def desk(self) -> Path:
        """The socket at which Discador takes orders."""
        return self.run / "desk.sock"

    @property
    def secret(self) -> Path:
        """Discador's AMI secret; only it may read this."""
        return self.folder / "ami.secret"

    @property
    def witness_secret(self) -> Path:
        """The tests' AMI secret; only root may read this."""
        return self.folder / "witness.secret"

    @property
    def dialplan(self) -> Path:
        """The folder in which Discador writes its dialplan."""
        return self.folder / "dialer/etc/discador"

    @property
    def sounds(self) -> Path:
        """The folder of Discador's prompts: <slug>/{identification,optout,offer}.wav."""
        return self.folder / "dialer/share/sounds/discador"

    @property
    def calls(self) -> Path:
        """What the carrier wrote of every call."""
        return self.folder / "carrier/calls.jsonl"

    @property
    def rejects(self) -> Path:
        """What SIPp wrote of every call that it refused."""
        return self.folder / "sipp/rejects.jsonl"

    @property
    def cdr(self) -> Path:
        """The dialer's own CDRs."""
        return self.folder / "dialer/log/cdr-csv/Master.csv"

    def log(self, side: Side) -> Path:
        """The messages of one of the two Asterisks."""
        return self.side(side) / "log/messages.log"
