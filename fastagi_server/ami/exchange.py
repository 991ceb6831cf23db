"""Who asked what, and which answer belongs to it. No socket, no clock, no second try.

Answers find their action by ActionID alone, in any order. When the link is lost, what became of the
pending actions is unknown, and it is told once; nothing that was asked is ever asked again from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from fastagi_server.ami.action import Action
from fastagi_server.ami.errors import LinkLostError, RemoteError
from fastagi_server.ami.event import Complete, Event, Item, Malformed
from fastagi_server.ami.messages import Banner, Response
from fastagi_server.ami.parsing import LISTED, WANTED
from fastagi_server.ami.reader import MAX_MESSAGE, Reader

MAX_LIST = 200_000
# Letters in one list: the dialplan of a great FreePBX has some five million.
MAX_LIST_TEXT = 1 << 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An action's whole answer; `events` is its list, `end` the event that ended it, with its count."""

    action_id: str
    action: Action
    response: Response
    events: tuple[Event, ...] = ()
    end: Complete | Malformed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphan:
    """A response or a list's event that nobody waits for: expired, answered already, or never asked."""

    action_id: str
    message: Response | Event


Told = Banner | Answered | Event | Orphan

# What may belong to an action; most messages do not, and one look tells.
_ANSWERING = (Response, Item, Malformed)


@dataclass(kw_only=True, slots=True)
class _Pending:
    action: Action
    response: Response | None = None
    events: list[Event] = field(default_factory=list)
    text: int = 0
    end: Complete | Malformed | None = None
    ended: bool = False


class Exchange:
    """The bookkeeping of one link, from its banner to its loss; a new link takes a new one."""

    def __init__(
        self, *, prefix: str, wanted: frozenset[str] = WANTED, max_message: int = MAX_MESSAGE
    ) -> None:
        self._prefix = prefix
        self._count = 0
        # A list that nobody reads would never end, so the events of lists are always wanted.
        self._reader = Reader(wanted | LISTED, max_message=max_message)
        self._pending: dict[str, _Pending] = {}
        self._lost = False
        self.orphans = 0

    @property
    def pending(self) -> tuple[str, ...]:
        """The ActionIDs that wait for their answer, oldest first."""
        return tuple(self._pending)

    def request(self, action: Action) -> tuple[str, bytes]:
        """Give the action a new ActionID and its bytes; from now on its answer is awaited."""
        if self._lost:
            raise LinkLostError(prefix=self._prefix)
        action_id = f"{self._prefix}-{self._count + 1}"
        data = action.encode(action_id)
        self._count += 1
        self._pending[action_id] = _Pending(action=action)
        return action_id, data

    def receive(self, data: bytes) -> list[Told]:
        """Take bytes, give what they say: events as they come, each answer when it is whole."""
        if self._lost:
            raise LinkLostError(prefix=self._prefix)
        told: list[Told] = []
        for message in self._reader.receive(data):
            if not isinstance(message, _ANSWERING):
                told.append(message)
            elif isinstance(message, Response):
                told += self._respond(message)
            elif message.action_id:
                told += self._collect(message, message.action_id)
            else:
                told.append(message)
        return told

    def expire(self, action_ids: Iterable[str]) -> tuple[str, ...]:
        """Wait no longer for these; give those that were still pending. A late answer is an orphan."""
        return tuple(action_id for action_id in action_ids if self._pending.pop(action_id, None) is not None)

    def lost(self) -> list[str]:
        """The link is gone: give, once, the ActionIDs whose outcome nobody can know any more."""
        self._lost = True
        unknown = list(self._pending)
        self._pending.clear()
        return unknown

    def _respond(self, response: Response) -> list[Told]:
        pending = self._pending.get(response.action_id)
        if pending is None or pending.response is not None:
            return [self._orphan(response.action_id, response)]
        pending.response = response
        if not response.ok or pending.action.completion is None:
            pending.ended = True
        return self._close(response.action_id, pending)

    def _collect(self, event: Item | Malformed, action_id: str) -> list[Told]:
        pending = self._pending.get(action_id)
        if pending is None or pending.action.completion is None:
            # OriginateResponse and the like carry the id of an action that was answered long ago.
            return [event] if isinstance(event, Malformed) else [self._orphan(action_id, event)]
        name = event.event if isinstance(event, Malformed) else type(event).__name__
        if name == pending.action.completion and isinstance(event, Complete | Malformed):
            pending.ended, pending.end = True, event
        else:
            pending.events.append(event)
            pending.text += _letters(event)
        if len(pending.events) > MAX_LIST:
            raise RemoteError(why=f"a list of more than {MAX_LIST} events")
        if pending.text > MAX_LIST_TEXT:
            raise RemoteError(why=f"a list of more than {MAX_LIST_TEXT} letters")
        return self._close(action_id, pending)

    def _close(self, action_id: str, pending: _Pending) -> list[Told]:
        if pending.response is None or not pending.ended:
            return []
        del self._pending[action_id]
        return [
            Answered(
                action_id=action_id,
                action=pending.action,
                response=pending.response,
                events=tuple(pending.events),
                end=pending.end,
            )
        ]

    def _orphan(self, action_id: str, message: Response | Event) -> Orphan:
        self.orphans += 1
        return Orphan(action_id=action_id, message=message)


def _letters(event: Event) -> int:
    """Count what an event holds of text."""
    values = (getattr(event, spec.name) for spec in fields(event))
    return sum(len(value) for value in values if isinstance(value, str))
