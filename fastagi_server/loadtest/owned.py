"""Folders and files with an owner: made closed, then opened as far as they are meant to be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A user of the operating system by its numbers."""

    uid: int
    gid: int


ROOT = Owner(uid=0, gid=0)


@dataclass(frozen=True, kw_only=True)
class Owners:
    """The two users of a lab: Asterisk's, whose name only the chroot knows, and Discador's."""

    asterisk: Owner
    discador: Owner

    @property
    def discador_for_asterisk(self) -> Owner:
        """Who owns what Discador writes and Asterisk reads."""
        return Owner(uid=self.discador.uid, gid=self.asterisk.gid)

    @property
    def root_for_asterisk(self) -> Owner:
        """Who owns what nobody but root writes and Asterisk reads."""
        return Owner(uid=0, gid=self.asterisk.gid)

    @property
    def root_for_discador(self) -> Owner:
        """Who owns what nobody but root writes and Discador reads."""
        return Owner(uid=0, gid=self.discador.gid)


def make_folder(path: Path, owner: Owner, mode: int) -> None:
    """Make a folder, or take it, and give it its owner and mode."""
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, owner.uid, owner.gid)
    path.chmod(mode)


def write_file(path: Path, text: str, owner: Owner, mode: int) -> None:
    """Write a file that never stands open to others while it has no owner."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    os.chown(path, owner.uid, owner.gid)
    path.chmod(mode)
