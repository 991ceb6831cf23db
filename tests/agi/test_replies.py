from __future__ import annotations

import pytest

from fastagi_server.agi.errors import RemoteError
from fastagi_server.agi.replies import Reply, parse_reply


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (b"200 result=0", ("0", None, None)),
        (b"200 result=-1", ("-1", None, None)),
        (b"200 result=1 (HUMAN)", ("1", "HUMAN", None)),
        (b"200 result=1 ()", ("1", "", None)),
        (b"200 result=1 (a (b) c)", ("1", "a (b) c", None)),
        (b"200 result=1 (((()", ("1", "(((", None)),
        (b"200 result=1 (a\nHANGUP\nb)", ("1", "a\nHANGUP\nb", None)),
        (b"200 result=1 (a\r)", ("1", "a\r", None)),
        (b"200 result=1 (x) endpos=12)", ("1", "x) endpos=12", None)),
        (b"200 result=1 (Jos\xc3)", ("1", r"Jos\xc3", None)),
        (b"200 result=-1 endpos=3200", ("-1", None, 3200)),
        (b"200 result=50 endpos=0", ("50", None, 0)),
        (b"200 result=0 (timeout) endpos=8000", ("0", "timeout", 8000)),
        (b"200 result=-1 (hangup)", ("-1", "hangup", None)),
        (b"200 result= (timeout)", ("", "timeout", None)),
        (b"200 result=*", ("*", None, None)),
        (b"200 result=0 Gosub complete (abnormal exit)", ("0", None, None)),
        (b"200 result=0 endpos=" + b"9" * 5000, ("0", None, None)),
        (b"200 result=0 endpos=\xd9\xa3", ("0", None, None)),
    ],
)
def test_answers(said: bytes, meant: tuple[str, str | None, int | None]) -> None:
    reply = parse_reply(said)

    assert reply.code == 200
    assert (reply.result, reply.data, reply.endpos) == meant
    assert reply.text == said[4:].decode("utf-8", "backslashreplace")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"510 Invalid or unknown command", 510),
        (b"511 Command Not Permitted on a dead channel or intercept routine", 511),
        (b"520 Invalid command syntax.  Proper usage not available.", 520),
        (b"520-Invalid command syntax.\nreturn code: 200 result=1 (x)\n520 End of proper usage.", 520),
    ],
)
def test_refusals(said: bytes, code: int) -> None:
    assert parse_reply(said) == Reply(code=code, text=said[4:].decode())


def test_a_common_answer_is_the_same_as_one_read_anew() -> None:
    assert parse_reply(b"200 result=1") == Reply(code=200, result="1", text="result=1")


@pytest.mark.parametrize(
    "said", [b"", b"HANGUP", b"20 result=0", b"200", b"2000 x", b"\xff\xfe", "٢٠٠ x".encode()]
)
def test_what_has_no_code_is_no_reply(said: bytes) -> None:
    with pytest.raises(RemoteError, match="three digits"):
        parse_reply(said)
