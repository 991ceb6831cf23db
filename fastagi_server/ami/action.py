"""What every action has: a name, lines, and the shape of its answer. This file does not know the link.

An action says how its fields are written (HEADERS), which write classes let a manager user ask it
(`needs`, any one of them; none: every user may) and, when its answer is a list, the event that ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from fastagi_server.ami import headers
from fastagi_server.telephony.errors import BadInputError

HEADERS: dict[str, str] = {
    "account": "Account",
    "async_": "Async",
    "auth_type": "AuthType",
    "caller_id": "CallerID",
    "category": "Category",
    "cause": "Cause",
    "channel": "Channel",
    "channel_id": "ChannelId",
    "context": "Context",
    "early_media": "EarlyMedia",
    "endpoint": "Endpoint",
    "event_mask": "EventMask",
    "exten": "Exten",
    "family": "Family",
    "filename": "Filename",
    "filter": "Filter",
    "key": "Key",
    "match_criteria": "MatchCriteria",
    "member": "Member",
    "module": "Module",
    "name": "UserEvent",
    "operation": "Operation",
    "other_channel_id": "OtherChannelId",
    "priority": "Priority",
    "queue": "Queue",
    "secret": "Secret",
    "timeout_ms": "Timeout",
    "username": "Username",
    "val": "Val",
    "value": "Value",
    "variable": "Variable",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something to ask; `encode` gives its bytes."""

    action: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    completion: ClassVar[str | None] = None

    def encode(self, action_id: str) -> bytes:
        """Give the whole action as Asterisk reads it, empty line included."""
        lines = [
            headers.line("Action", self.action, field="action"),
            headers.line("ActionID", action_id, field="action_id"),
        ]
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value is not None and spec.name in HEADERS:
                where = f"{type(self).__name__}.{spec.name}"
                text = _written(value)
                lines.append(headers.line(HEADERS[spec.name], text, field=where, secret=not spec.repr))
        lines += self._more()
        if len(lines) > headers.MAX_HEADERS:
            expected = f"at most {headers.MAX_HEADERS} headers in all"
            raise BadInputError(field=type(self).__name__, value=len(lines), expected=expected)
        return b"".join(lines) + b"\r\n"

    def _more(self) -> list[bytes]:
        return []


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
