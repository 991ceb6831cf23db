from __future__ import annotations

import pytest

from fastagi_server.loadtest.templates import fill, render


def test_asterisks_own_signs_pass_untouched() -> None:
    assert fill("Set(A=${B}$[1 + 1]<<c>>)", c=2) == "Set(A=${B}$[1 + 1]2)"


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="port"):
        fill("port = <<port>>")


def test_a_file_of_the_lab_is_found_and_filled() -> None:
    assert "rtpstart = 100\nrtpend = 199\n" in render("rtp.conf", first=100, last=199)
