"""The commands' way to the store and to the desk. It knows no command."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from fastagi_server.campaign.listing import MAX_BYTES
from fastagi_server.console.errors import (
    CannotReadError,
    DeskShutError,
    LabIsOffError,
    TooLargeError,
    UnknownCountryError,
)
from fastagi_server.console.session import Session
from fastagi_server.desk.client import NobodyAtTheDeskError, ask
from fastagi_server.numbering.country import by_name, named
from fastagi_server.store import reader, tidings
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.frames import Frame
from fastagi_server.telephony.tiding import Kind

T = TypeVar("T")

PATIENCE = 10.0


class Ask(Protocol):
    """Asks the store one question in a read of its own."""

    def __call__(self, question: Callable[[Any], T], /) -> T:
        """Give the answer."""
        ...


class Write(Protocol):
    """Does one piece of work on the store."""

    def __call__(self, work: Callable[[Any], T], /) -> T:
        """Give its result once it is durable."""
        ...


@contextmanager
def reading(known: Session) -> Iterator[Ask]:
    """Open the store for several reads, none of which lasts."""
    database = open_database(known.settings.database_url)
    try:
        yield lambda question: reader.read(database, question)
    finally:
        database.dispose()


def read(known: Session, question: Callable[[Any], T]) -> T:
    """Ask the store one question."""
    with reading(known) as ask_store:
        return ask_store(question)


def write(known: Session, work: Callable[[Any], T]) -> T:
    """Do work on the store in one transaction and give its result once it is durable."""
    with writing(known) as do:
        return do(work)


@contextmanager
def writing(known: Session) -> Iterator[Write]:
    """Open the store for several pieces of work, each a transaction of its own."""
    database = open_database(known.settings.database_url)
    writer = Writer(database)
    try:
        yield lambda work: writer.submit(work).result()
    finally:
        writer.close()
        database.dispose()


def change_dids(known: Session, work: Callable[[Any], T]) -> T:
    """Change our caller IDs in one transaction, and let every engine on the store hear of it."""

    def changed(conn: Any) -> T:
        result = work(conn)
        tidings.tell(conn, kind=Kind.DIDS, at=known.clock.wall())
        return result

    return write(known, changed)


def at_desk(known: Session, order: Frame, *, patience: float | None = None) -> Iterator[Frame]:
    """Give what the desk answers; one that this user may not open is told as such."""
    try:
        yield from ask(known.settings.desk, order, patience=patience)
    except PermissionError as error:
        why = error.strerror or str(error)
        raise DeskShutError(path=str(known.settings.desk), why=why) from error


def answer(known: Session, order: Frame) -> Frame:
    """Give the desk's one answer."""
    return next(at_desk(known, order, patience=PATIENCE))


def forget(known: Session, what: str, **says: object) -> None:
    """Let a running engine look at its caller IDs again, and log who changed what."""
    try:
        answer(known, frames.Forget(what=what, says=says))
    except NobodyAtTheDeskError:
        return


def read_file(path: Path) -> bytes:
    """Give what a list's file holds; never more of it than a list may have."""
    try:
        with path.open("rb") as file:
            kind = os.fstat(file.fileno())
            if stat.S_ISCHR(kind.st_mode) or stat.S_ISBLK(kind.st_mode):
                raise CannotReadError(path=str(path), why="it is a device")
            if kind.st_size > MAX_BYTES:
                raise TooLargeError(path=str(path), most=MAX_BYTES // 2**20)
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CannotReadError(path=str(path), why=error.strerror or str(error)) from error
    if len(data) > MAX_BYTES:
        raise TooLargeError(path=str(path), most=MAX_BYTES // 2**20)
    return data


def country(known: Session, name: str) -> Country:
    """Give the country of a slug or an ISO code."""
    found = named(name, by_name(known.countries))
    if found is None:
        raise UnknownCountryError(name=name, known=", ".join(each.slug for each in known.countries))
    return found


def check_lab(known: Session, *, lab: bool) -> None:
    """Refuse what is marked as lab's unless the configuration is a lab's."""
    if lab and not known.settings.lab:
        raise LabIsOffError


def user() -> str:
    """Name who runs this command, by the system's word and not by what the environment claims."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
