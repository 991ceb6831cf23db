from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.campaign.listing import (
    NoNumberColumnError,
    NotAListError,
    UnreadableListError,
    read_list,
)
from fastagi_server.telephony.errors import DiscadorError


def numbers(data: bytes) -> list[str]:
    return [row.number for row in read_list(data)]


@pytest.mark.parametrize(
    "data",
    [
        b"number\n+525512345678\n+13055550123\n",
        b"name;n\xc3\xbamero\nAna;+525512345678\nBob;+13055550123\n",
        "\ufeffNombre,Teléfono\r\nAna,+525512345678\r\nBob,+13055550123\r\n".encode(),
        "nome\tTelefone\nJosé\t+525512345678\nBob\t+13055550123\n".encode("cp1252"),
        b"+525512345678\n\n  \n+13055550123",
        "n\u00famero\tnombre\r\n+525512345678\tAna\r\n+13055550123\tBob\r\n".encode("utf-16"),
        b"Phone_Number\n+525512345678\n+13055550123\n",
        b'"Ana, Luisa","+525512345678"\n"Bob","+13055550123"\n',
    ],
)
def test_a_list_is_read_however_it_was_written(data: bytes) -> None:
    assert numbers(data) == ["+525512345678", "+13055550123"]


def test_a_row_says_where_it_stands_and_keeps_its_other_columns() -> None:
    rows = list(read_list(b"number,name\n\n+52,Ana\n"))

    assert (rows[0].line, rows[0].others) == (3, {"name": "Ana"})


def test_country_and_note_have_one_name_whatever_the_list_calls_them() -> None:
    (row,) = read_list("teléfono;País;Nota\n55 1234 5678;MX;vip\n".encode())

    assert row.others == {"country": "MX", "note": "vip"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04rest", "a workbook of Excel"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8brest", "a compressed file"),
        (b"+52\0\0\0", "other bytes than text"),
    ],
)
def test_what_is_no_csv_is_told_with_what_helps(data: bytes, kind: str) -> None:
    with pytest.raises(NotAListError, match=f"{kind}.*save it as CSV"):
        numbers(data)


def test_a_row_without_a_number_is_a_row_all_the_same() -> None:
    assert numbers(b"name,number\nAna\n") == [""]


def test_a_list_without_a_column_of_numbers_says_what_it_found() -> None:
    with pytest.raises(NoNumberColumnError, match=r"name,city.*number, numero, phone"):
        numbers(b"name,city\nAna,CDMX\n")


def test_an_endless_cell_is_told_with_its_line() -> None:
    with pytest.raises(
        UnreadableListError, match=r"Line 2.*a cell of more than 131072 characters; look for a quote"
    ):
        numbers(b"number\n" + b"1" * 200_000)


def test_nothing_gives_nothing() -> None:
    assert numbers(b"") == []


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_sentence(data: bytes) -> None:
    try:
        rows = list(read_list(data))
    except DiscadorError as error:
        rows = []
        said = error.sentence()
    else:
        said = "rows"
    assert said
    assert all(row.line >= 1 for row in rows)
