"""Each shape takes what is right and says what would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fastagi_server.config import shapes

RIGHT: dict[Callable[..., str | None], list[object]] = {
    shapes.host: ["127.0.0.1", "::1", "pbx", "pbx-1.example.org", "localhost"],
    shapes.address: ["0.0.0.0", "::", "10.1.2.3"],
    shapes.network: ["10.1.2.3", "10.1.2.0/24", "::1", "2001:db8::/32"],
    shapes.database: [
        "sqlite:///discador.db",
        "sqlite://",
        "postgresql://u:p@h/d",
        "postgres://u:p@h/d",
        "postgresql+psycopg://h/d",
    ],
    shapes.redis: ["", "redis://localhost:6379", "rediss://h/0"],
    shapes.uri: ["", "agi://10.1.2.3:4573", "agi://[::1]:4573", "agi://discador"],
    shapes.username: ["discador", "a-b_c.d"],
    shapes.secret: ["", "hunter2", "p\u00e4ss wort", "x" * 512],
    shapes.socket: [Path("discador.sock"), Path("/" + "x" * 106)],
    shapes.conf: ["discador.conf", "a-b_1.conf"],
    shapes.sounds: ["discador", "custom/discador"],
    shapes.included: ["", "discador/discador.conf", "discador.conf"],
    shapes.trunk: ["carrier", "carrier-2", "2nd_carrier"],
    shapes.dial: [
        "PJSIP/{number}@carrier",
        "PJSIP/9{number}@carrier",
        "PJSIP/carrier/sip:{number}@10.1.2.3:5060;transport=tcp",
        "SIP/carrier/{number}",
        "Local/{number}@from-internal/n",
        "IAX2/user:pass@host/{number}",
        "DAHDI/g1/{number}",
    ],
    shapes.e164: ["+525512345678", "+12125671234"],
    shapes.prefix: ["", "1234#", "*9", "011"],
    shapes.calling_code: ["", "1", "52", "509"],
    shapes.section: ["", "from-trunk", "0.0.0.0-udp", "x" * 79],
    shapes.sip_user: ["", "acme-1", "+525512345678", "a.b_c~*!"],
    shapes.codec: ["ulaw", "g729", "opus", "slin16"],
    shapes.bind: ["", "0.0.0.0:5070", "[::]:5070", "127.0.0.1:65535"],
    shapes.optional_host: ["", "192.0.2.1", "sip.example.net"],
    shapes.absolute: [None, Path("/etc/asterisk/keys/ca.pem")],
}
WRONG: dict[Callable[..., str | None], list[object]] = {
    shapes.host: ["", "a b", "-x", "x\n", "h\u00f4te", "agi://x"],
    shapes.address: ["localhost", "", "1.2.3"],
    shapes.network: ["localhost", "10.1.2.3/24", "", "10.1.2.3-5"],
    shapes.database: ["", "mysql://h/d", "discador.db", "sqlite:///a b"],
    shapes.redis: ["localhost:6379", "http://x", "redis://a b"],
    shapes.uri: ["http://x", "agi://", "agi://x/path", "agi://x,y", "agi://x\r\n"],
    shapes.username: ["", "a b", "a\r\nAction: x", "x" * 81],
    shapes.secret: ["a\r\nAction: Originate", "a\x00", "x" * 513],
    shapes.socket: [Path("/" + "x" * 107)],
    shapes.conf: ["../extensions.conf", "discador", "/etc/x.conf", ".conf", "a\n.conf"],
    shapes.included: ["/etc/asterisk/x.conf", "../x.conf", "x", "a b.conf", "x.conf\n"],
    shapes.sounds: ["../x", "/abs", "", "a&b", "a,b", "a//b"],
    shapes.trunk: ["", "Carrier", "a b", "-x", "a.b", "x" * 41],
    shapes.dial: [
        "PJSIP/carrier",
        "PJSIP/{number}{number}@carrier",
        "PJSIP/{number}@carrier,30",
        "PJSIP/{number}@a&PJSIP/1900@b",
        "PJSIP/{number}@a\r\nVariable: X=1",
        "PJSIP/{number}@{carrier}",
        "PJSIP/${EVIL}{number}",
        "{number}",
        "PJSIP/{number} @carrier",
        "local/{number}@from-internal",
        "sip/carrier/{number}",
        "",
    ],
    shapes.prefix: ["1,2", "1 2", "x", "1" * 21, "1\n"],
    shapes.calling_code: ["0", "+52", "5200", "x"],
    shapes.section: ["a b", "[x]", "a;b", "x\n", "x" * 80],
    shapes.sip_user: ["a b", "a@b", "a;b", "a\r\n", "x" * 81],
    shapes.codec: ["", "all", "!all", "ulaw,alaw", "ulaw\n"],
    shapes.bind: ["0.0.0.0", "0.0.0.0:0", "0.0.0.0:70000", "::1:5070", "host:5070", "1.2.3:5", "0.0.0.0:5\n"],
    shapes.optional_host: ["a b", "x\n", "a;b"],
    shapes.absolute: [Path("ca.pem"), Path("/a b"), Path("/a;b"), Path("/a\n")],
    shapes.e164: ["525512345678", "+0525512345", "+52 55 1234 5678", "+123", "+1" + "2" * 15, "+5255\n"],
}


@pytest.mark.parametrize(
    ("shape", "value"), [(shape, value) for shape, values in RIGHT.items() for value in values]
)
def test_what_is_right_is_taken(shape: Callable[..., str | None], value: object) -> None:
    assert shape(value) is None


@pytest.mark.parametrize(
    ("shape", "value"), [(shape, value) for shape, values in WRONG.items() for value in values]
)
def test_what_is_wrong_is_told_what_would_be_right(shape: Callable[..., str | None], value: object) -> None:
    assert shape(value)


def test_an_address_is_told_from_a_name() -> None:
    assert shapes.is_address("::1")
    assert not shapes.is_address("localhost")
