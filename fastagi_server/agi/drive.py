"""Joins one conversation to one script: bytes in, bytes out, and the script runs as far as it can.

This file knows no socket, no clock and no event loop. A script may await things that are not ours (a
Deferred, a future): then `stage` is FOREIGN, `awaiting` is that thing, and whoever drives hands its outcome
back by `resume` or `throw`. He closes the connection once the session has `ended`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Coroutine
from typing import Any, get_args

from fastagi_server.agi.commands import Command
from fastagi_server.agi.conversation import Conversation, HungUp
from fastagi_server.agi.errors import AgiError, Gone, LocalError, RemoteError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.script import Agi, Script

# A script that goes on asking after its session is over is told so this often, then closed.
MAX_DEAF_QUESTIONS = 16

# isinstance() would ask fourteen types one after the other.
_COMMANDS = frozenset(get_args(Command))


class Stage(enum.Enum):
    """What the drive waits for, if anything."""

    LISTENING = "bytes from Asterisk"
    FOREIGN = "something that is not ours"
    FINISHED = "the script came to its end"
    FAILED = "an error ended it"


# Looking a member up in its enum takes as long as three comparisons, and each turn comes through here.
LISTENING, FOREIGN = Stage.LISTENING, Stage.FOREIGN


class Drive:
    """One session; `failure` is the error that ended it, `agi` is None until the request is whole."""

    __slots__ = (
        "_conversation",
        "_coroutine",
        "_deaf",
        "_over",
        "_script",
        "_step",
        "agi",
        "awaiting",
        "ended",
        "failure",
        "stage",
    )

    def __init__(self, script: Script) -> None:
        self._script = script
        self._conversation = Conversation()
        self._coroutine: Coroutine[Any, Any, None] | None = None
        self._step: Callable[[Any], Any] = _too_early
        self._over: AgiError | None = None
        self._deaf = 0
        self.agi: Agi | None = None
        self.awaiting: Any = None
        self.failure: Exception | None = None
        self.stage = LISTENING
        # Whether the connection may be closed: the script has nothing left to do.
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Take Asterisk's bytes and give ours; nonsense is thrown into the script as RemoteError."""
        if self._over is not None or self.ended:
            return b""
        try:
            heard = self._conversation.receive(data)
        except RemoteError as error:
            return self._break(error)
        out = b""
        for message in heard:
            if isinstance(message, Reply):
                out = self._run(self._step, message)
            elif isinstance(message, HungUp):
                if self.agi is not None:
                    self.agi.hungup = True
            else:
                self.agi = Agi(message)
                self._coroutine = self._script(self.agi)
                self._step = self._coroutine.send
                out = self._run(self._step, None)
        return out

    def resume(self, value: Any, awaited: Any) -> bytes:
        """Hand back what came of a foreign thing; one that is no longer awaited is let go."""
        if self.stage is not FOREIGN or awaited is not self.awaiting:
            return b""
        return self._run(self._step, value)

    def throw(self, error: BaseException, awaited: Any) -> bytes:
        """Hand back the failure of a foreign thing; one that is no longer awaited is let go."""
        if self.stage is not FOREIGN or awaited is not self.awaiting:
            return b""
        return self._run(self._started.throw, error)

    def connection_lost(self) -> None:
        """Throw Gone into a script that still runs, so that its `finally` clauses do.

        Nothing is written any more; they may still await foreign things, and are resumed as before.
        """
        if self._over is None and not self.ended:
            self._break(Gone())

    @property
    def _started(self) -> Coroutine[Any, Any, None]:
        assert self._coroutine is not None, "a reply before a request is a RemoteError"
        return self._coroutine

    def _break(self, error: AgiError) -> bytes:
        """End the session from outside: from here on every question is answered by this error."""
        self._over = error
        if self._coroutine is not None:
            return self._run(self._coroutine.throw, error)
        if isinstance(error, Gone) and self._conversation.eof():
            return self._end(None)  # somebody looked whether we are there
        return self._end(error)

    def _run(self, advance: Callable[[Any], Any], value: Any) -> bytes:
        """Let the script run until it asks Asterisk, awaits something foreign, or ends."""
        self.awaiting = None
        while True:
            try:
                asked = advance(value)
            except StopIteration:
                return self._end(None)
            except Exception as error:  # noqa: BLE001 - a script may fail by anything; who drives us is told
                return self._end(error)
            if type(asked) not in _COMMANDS:
                self.awaiting = asked
                self.stage = FOREIGN
                return b""
            if self._over is None:
                try:
                    line = self._conversation.send(asked)
                except LocalError as error:
                    value = error
                else:
                    self.stage = LISTENING
                    return line
            else:
                value = self._over
                self._deaf += 1
                if self._deaf > MAX_DEAF_QUESTIONS:
                    return self._shut()
            advance = self._started.throw

    def _shut(self) -> bytes:
        """Close a script that does not listen."""
        try:
            self._started.close()
        except RuntimeError:  # it asks even while it is closed: let it be collected
            self._coroutine, self._step = None, _too_early
        return self._end(self._over)

    def _end(self, error: Exception | None) -> bytes:
        """Note how it ended."""
        self.failure = error
        self.ended = True
        self.stage = Stage.FINISHED if error is None else Stage.FAILED
        return b""


def _too_early(_: Any) -> None:
    msg = "a reply before a request is a RemoteError"
    raise AssertionError(msg)
