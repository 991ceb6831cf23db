from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.console import book
from fastagi_server.console.errors import CannotReadError, DeskShutError, LabIsOffError, UnknownCountryError
from fastagi_server.console.session import Session
from fastagi_server.store import dids
from fastagi_server.store.errors import NotReadableError
from fastagi_server.telephony import frames
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.errors import BadInputError

DIDS = [Did(number="+525550009000", country="mexico"), Did(number="not a number", country="mexico")]


@pytest.fixture
def known(discador: Any) -> Session:
    return Session(discador.folder / "discador.yml", {}, "", actions=None, clock=None)  # type: ignore[arg-type]


def test_what_is_written_is_read(known: Session) -> None:
    assert book.write(known, lambda conn: dids.add(conn, DIDS[:1], 1.0)) == (1, 0)
    assert book.read(known, dids.owned) == DIDS[:1]


def test_work_that_fails_leaves_nothing(known: Session) -> None:
    with pytest.raises(BadInputError):
        book.write(known, lambda conn: dids.add(conn, DIDS, 1.0))

    assert book.read(known, dids.owned) == []


def test_a_read_cannot_write(known: Session) -> None:
    with pytest.raises(NotReadableError):
        book.read(known, lambda conn: dids.add(conn, DIDS[:1], 1.0))


def test_several_reads_by_one_opening(known: Session) -> None:
    with book.reading(known) as ask_store:
        assert (ask_store(dids.owned), ask_store(dids.limits)) == ([], {})


def test_the_desk_answers_once(known: Session, desk: Any) -> None:
    heard = desk(frames.Done())

    assert book.answer(known, frames.Forget()) == frames.Done()
    assert heard == [frames.Forget()]


def test_where_nobody_serves_there_is_nothing_to_forget(known: Session) -> None:
    book.forget(known, "limit")


def test_an_engine_that_could_not_be_told_is_no_silence(
    known: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(*_: object, **__: object) -> Iterator[frames.Frame]:
        raise PermissionError(errno.EACCES, "Permission denied")
        yield

    monkeypatch.setattr(book, "ask", shut)

    with pytest.raises(DeskShutError, match="Permission denied"):
        book.forget(known, "limit")


def test_a_file_is_read_or_told(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"1")

    assert book.read_file(tmp_path / "list") == b"1"
    with pytest.raises(CannotReadError, match="Is a directory"):
        book.read_file(tmp_path)


@pytest.mark.parametrize("name", ["mexico", "MX", "mx", "Mexico"])
def test_a_country_by_its_slug_or_its_code(known: Session, name: str) -> None:
    assert book.country(known, name).slug == "mexico"


def test_a_country_that_is_none_names_those_there_are(known: Session) -> None:
    with pytest.raises(UnknownCountryError, match=r"'xx'; there are: .*mexico"):
        book.country(known, "xx")


def test_lab_is_refused_where_no_lab_is(known: Session, discador: Any) -> None:
    book.check_lab(known, lab=False)
    with pytest.raises(LabIsOffError):
        book.check_lab(known, lab=True)

    discador.write((discador.folder / "discador.yml").read_text() + "lab: true\n")
    book.check_lab(Session(discador.folder / "discador.yml", {}, "", None, None), lab=True)  # type: ignore[arg-type]
