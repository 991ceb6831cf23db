"""What is rendered of an endpoint reads back exactly, or is refused.

The golden output is test_render.py's.
"""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialplan.pjsip import Section, UnreadableFragmentError, read, render
from fastagi_server.telephony.errors import BadInputError
from tests.dialplan.endpoints import ENDPOINTS, PLAIN

WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
TAME = st.text(alphabet=string.ascii_letters + string.digits + ".-_#[]\\\"'<>=,: ", min_size=1, max_size=20)
ANY = WORDS | TAME
TEXTS = ("host", "transport_name", "username", "realm", "from_domain", "context")
LISTS = ("codecs", "match", "local_networks")
FLAGS = ("srtp", "verify_server", "register", "rtp_symmetric", "force_rport", "rewrite_contact")
VALUES = st.fixed_dictionaries(
    {
        **dict.fromkeys(TEXTS, ANY),
        **dict.fromkeys(LISTS, st.lists(ANY.filter(lambda text: "," not in text), max_size=3).map(tuple)),
        **dict.fromkeys(FLAGS, st.booleans()),
        "bind": st.just("") | ANY,
        "external_address": st.just("") | ANY,
        "port": st.integers(0, 65535),
        "transport": st.sampled_from(["udp", "tcp", "tls"]),
        "callerid_in": st.sampled_from([("from",), ("pai",), ("from", "rpid")]),
        "ca_file": st.none() | ANY,
        "qualify_seconds": st.integers(0, 3600),
        "register_seconds": st.integers(60, 86400),
    }
)


def of(sections: tuple[Section, ...], kind: str) -> Section:
    (found,) = [each for each in sections if each.of("type") == (kind,)]
    return found


def kinds(sections: tuple[Section, ...]) -> list[str]:
    return [each.of("type")[0] for each in sections]


def fragment(name: str, *, secret: str | None = "hunter2") -> tuple[Section, ...]:
    return read(render(name, ENDPOINTS[name][0], user_in_from=ENDPOINTS[name][1], secret=secret))


def test_a_carrier_that_knows_us_by_our_address_needs_two_sections() -> None:
    sections = fragment("plain")

    assert kinds(sections) == ["endpoint", "aor"]
    assert of(sections, "aor").of("contact") == ("sip:192.0.2.10",)
    assert of(sections, "endpoint").of("transport") == ()
    assert of(sections, "endpoint").of("identify_by") == ("ip",)


def test_a_registration_has_its_authentication_and_its_identification() -> None:
    sections = fragment("registered")

    assert kinds(sections) == ["endpoint", "aor", "auth", "registration", "identify"]
    assert of(sections, "auth").of("password") == ("hunter2",)
    assert of(sections, "registration").of("client_uri") == ("sip:acme-1@sip.example.net:5080",)
    assert of(sections, "identify").of("match") == ("192.0.2.10", "192.0.2.16/28")
    endpoint = of(sections, "endpoint")
    assert (endpoint.of("from_user"), endpoint.of("send_pai")) == (("acme-1",), ("yes",))


def test_tls_has_a_transport_of_its_own_and_encrypted_audio() -> None:
    sections = fragment("safe")

    assert kinds(sections) == ["transport", "endpoint", "aor"]
    assert of(sections, "transport").of("verify_server") == ("yes",)
    assert of(sections, "transport").of("local_net") == ("10.0.0.0/8", "192.168.0.0/16")
    assert of(sections, "endpoint").of("transport") == ("discador-safe",)
    assert of(sections, "endpoint").of("media_encryption") == ("sdes",)
    # Escaped in the file, because ; begins a comment there.
    assert of(sections, "aor").of("contact") == ("sip:[2001:db8::5]:5061;transport=tls",)


def test_a_secret_is_left_out_unless_it_is_given() -> None:
    text = render("registered", ENDPOINTS["registered"][0], user_in_from="acme-1", secret=None)

    assert of(read(text), "auth").of("password") == ()
    assert "discador trunk render --output FILE" in text


@given(values=VALUES, user=ANY | st.just(""), secret=st.none() | ANY)
def test_what_is_rendered_reads_back_exactly_or_is_refused_by_name(
    values: dict[str, Any], user: str, secret: str | None
) -> None:
    try:
        text = render("carrier", values, user_in_from=user, secret=secret)
    except BadInputError as no:
        refused = str(no.details["field"])
    else:
        refused = ""
    if refused:
        assert refused.startswith("trunks.carrier.pjsip.")
        return
    sections = read(text)
    endpoint, aor = of(sections, "endpoint"), of(sections, "aor")

    assert {each.name for each in sections} <= {"carrier", "discador-carrier"}
    assert endpoint.of("allow") == (",".join(values["codecs"]),)
    assert endpoint.of("context") == (values["context"],)
    assert endpoint.of("from_user") == ((user,) if user else ())
    assert endpoint.of("from_domain") == ((values["from_domain"],) if values["from_domain"] else ())
    assert aor.of("qualify_frequency") == (str(values["qualify_seconds"]),)
    assert values["host"] in aor.of("contact")[0]
    assert kinds(sections) == [
        *(["transport"] if values["bind"] else []),
        "endpoint",
        "aor",
        *(["auth"] if values["username"] else []),
        *(["registration"] if values["register"] else []),
        *(["identify"] if values["match"] else []),
    ]
    if values["username"]:
        auth = of(sections, "auth")
        assert auth.of("username") == (values["username"],)
        assert auth.of("password") == (() if secret is None else (secret,))
        assert auth.of("realm") == ((values["realm"],) if values["realm"] else ())
    if values["match"]:
        assert of(sections, "identify").of("match") == values["match"]
    if values["bind"]:
        assert of(sections, "transport").of("bind") == (values["bind"],)


@pytest.mark.parametrize("value", ["a\nb", "a\r", "a;b", " a", "a\x00", "a\u2028b"])
def test_what_could_end_its_line_is_refused_and_a_secret_is_not_told(value: str) -> None:
    with pytest.raises(BadInputError) as wrong:
        render("carrier", {**PLAIN, "from_domain": value}, user_in_from="", secret=None)
    assert wrong.value.details["field"] == "trunks.carrier.pjsip.from_domain"
    with pytest.raises(BadInputError) as hidden:
        render("carrier", PLAIN, user_in_from="", secret=value)
    assert hidden.value.details["value"] == "(hidden)"


@pytest.mark.parametrize("name", ["", "a b", "x]", "x\n"])
def test_a_name_that_is_no_section_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="trunk"):
        render(name, PLAIN, user_in_from="", secret=None)


@pytest.mark.parametrize(("text", "number"), [("type = endpoint", 1), ("[a]\n\n#include x", 3)])
def test_a_file_that_is_not_like_ours_is_not_guessed_at(text: str, number: int) -> None:
    with pytest.raises(UnreadableFragmentError) as wrong:
        read(text)
    assert wrong.value.details["number"] == number
