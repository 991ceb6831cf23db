from __future__ import annotations

import dataclasses

import pytest

from fastagi_server.agi.errors import RemoteError
from fastagi_server.agi.request import MAX_LINE, MAX_LINES, Request, parse_request


def test_the_names_that_we_use_are_fields(request_bytes: bytes) -> None:
    request = parse_request(request_bytes[:-2])

    assert request == Request(
        network_script="country",
        uniqueid="c-17",
        channel="PJSIP/carrier-00000001",
        callerid="525512345678",
        dnid="525500000000",
        context="discador_mexico",
        extension="s",
        language="es",
        others={
            "agi_network": "yes",
            "agi_request": "agi://127.0.0.1/country",
            "agi_calleridname": "Ana",
        },
    )


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Request().uniqueid = "c-18"


@pytest.mark.parametrize(
    ("said", "script", "query"),
    [
        ("key", "key", ""),
        ("/key", "key", ""),
        ("key?digit=9&x=?", "key", "digit=9&x=?"),
        ("a/b", "a/b", ""),
        ("", "", ""),
    ],
)
def test_the_query_is_kept_apart(said: str, script: str, query: str) -> None:
    request = parse_request(f"agi_network_script: {said}".encode())

    assert (request.network_script, request.query) == (script, query)


def test_arguments_keep_their_order_and_their_gaps() -> None:
    lines = [f"agi_arg_{n}: v{n}" for n in range(1, 13)]
    lines[2] = "agi_arg_3: "

    request = parse_request("\n".join(lines).encode())

    assert request.arguments == ("v1", "v2", "", *(f"v{n}" for n in range(4, 13)))
    assert request.others == {}


def test_an_argument_after_a_missing_number_is_not_counted_wrong() -> None:
    request = parse_request(b"agi_arg_1: a\nagi_arg_3: c")

    assert request.arguments == ("a",)
    assert request.others == {"agi_arg_3": "c"}


@pytest.mark.parametrize(("said", "meant"), [(b"Jos\xe9", r"Jos\xe9"), (b"Jos\xc3\xa9", "Jos\u00e9")])
def test_bytes_that_are_not_utf8_survive_as_text_that_can_be_written_anywhere(
    said: bytes, meant: str
) -> None:
    request = parse_request(b"agi_callerid: " + said)

    assert request.callerid == meant
    request.callerid.encode()


def test_a_value_with_newlines_stays_one_value() -> None:
    assert parse_request(b"agi_arg_1: a\nb: c\n\td\nagi_arg_2: e").arguments == ("a\nb: c\n\td", "e")


def test_a_header_said_twice_is_refused() -> None:
    with pytest.raises(RemoteError, match="twice"):
        parse_request(b"agi_calleridname: Eve\nagi_context: evil\nagi_context: true")


@pytest.mark.parametrize("first", [b"GET / HTTP/1.0", b"", b"agi_network", b"\xff\xff"])
def test_what_is_no_header_at_the_beginning_is_refused(first: bytes) -> None:
    with pytest.raises(RemoteError, match="no agi_ header"):
        parse_request(first + b"\nagi_network: yes")


def test_limits() -> None:
    parse_request(b"\n".join(b"agi_x%d: y" % n for n in range(MAX_LINES)))
    parse_request(b"agi_x: " + b"y" * (MAX_LINE - 7))

    with pytest.raises(RemoteError, match="header lines"):
        parse_request(b"\n".join(b"agi_x%d: y" % n for n in range(MAX_LINES + 1)))
    with pytest.raises(RemoteError, match="header line of more"):
        parse_request(b"agi_x: " + b"y" * (MAX_LINE - 6))
