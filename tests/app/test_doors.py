from __future__ import annotations

import socket
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from fastagi_server.app.doors import as_deferred, remove_deserted, strerror


def test_what_may_be_a_deferred_is_made_one() -> None:
    known: Deferred[int] = Deferred()
    assert as_deferred(known) is known
    told: list[object] = []
    as_deferred(3).addCallback(told.append)
    assert told == [3]


def test_a_socket_that_nobody_answers_is_removed_and_one_that_somebody_does_is_not(tmp_path: Path) -> None:
    deserted, served = tmp_path / "deserted", tmp_path / "served"
    with socket.socket(socket.AF_UNIX) as gone, socket.socket(socket.AF_UNIX) as here:
        gone.bind(str(deserted))
        here.bind(str(served))
        here.listen()
        gone.close()

        for path in (deserted, served, tmp_path / "nothing"):
            remove_deserted(path)

        assert not deserted.exists()
        assert served.exists()


def test_the_kernels_own_words_are_told() -> None:
    assert strerror(CannotListenError("127.0.0.1", 4573, OSError(98, "Address in use"))) == "Address in use"
    assert strerror(OSError(13, "Permission denied")) == "Permission denied"
    assert strerror(ValueError("odd")) == "odd"
