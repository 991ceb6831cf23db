from __future__ import annotations

from fastagi_server.telephony.errors import BadInputError, DiscadorError


class OutOfTeaError(DiscadorError):
    """There is no {kind} tea left.

    This paragraph is for the reader of the code.
    """


def test_an_errors_docstring_is_its_sentence() -> None:
    assert str(OutOfTeaError(kind="green")) == "There is no green tea left."


def test_an_error_has_a_stable_code_and_keeps_its_details() -> None:
    error = OutOfTeaError(kind="green")

    assert error.code == "OutOfTeaError"
    assert error.details == {"kind": "green"}


def test_bad_input_names_the_field_the_value_and_what_would_be_right() -> None:
    error = BadInputError(field="ring_seconds", value="\r\nx", expected="1 to 120 seconds")

    assert str(error) == r"ring_seconds is '\r\nx'; it should be 1 to 120 seconds."
