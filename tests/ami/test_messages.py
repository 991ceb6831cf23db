from fastagi_server.ami.messages import Headers, Response, read_response, split_headers, text_of


def test_repeated_headers_are_kept_in_their_order() -> None:
    headers = split_headers(
        "ChanVariable: a=1\r\nX: 2\r\nChanVariable: b=3\r\nbare\r\nTight:x\r\nEmpty: \r\n"
    )
    assert headers.all("ChanVariable") == ("a=1", "b=3")
    assert headers.get("ChanVariable") == "a=1"
    assert headers.get("Empty") == headers.get("bare") == headers.get("none") == ""
    assert headers.get("Tight") == "x"
    assert headers.get("none", "else") == "else"


def test_a_response() -> None:
    response = read_response(b"Response: Error\r\nActionID: p-1\r\nMessage: No such channel")
    assert response == Response(
        response="Error",
        action_id="p-1",
        message="No such channel",
        headers=Headers((("Response", "Error"), ("ActionID", "p-1"), ("Message", "No such channel"))),
    )
    assert not response.ok
    assert read_response(b"Response: Goodbye").ok


def test_a_command_s_output_keeps_its_blanks() -> None:
    raw = (
        b"Response: Success\r\nMessage: Command output follows\r\nOutput:   two  \r\nOutput: \r\nOutput: a: b"
    )
    assert read_response(raw).output == ("  two  ", "", "a: b")


def test_the_old_form_of_a_command_s_output() -> None:
    raw = (
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: p-1\r\n"
        b"Channel: not a header\n\n  two\r\n\r\nthree\n--END COMMAND--"
    )
    response = read_response(raw)
    assert (response.response, response.action_id, response.ok) == ("Follows", "p-1", True)
    assert response.output == ("Channel: not a header", "", "  two", "", "three")
    assert read_response(b"Response: Follows\r\nActionID: p-1\r\n--END COMMAND--").output == ()


def test_bytes_that_are_no_utf8_survive() -> None:
    assert text_of(b"se\xc3").encode("utf-8", "surrogateescape") == b"se\xc3"
