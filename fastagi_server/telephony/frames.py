"""The desk's language: orders down, frames up, one JSON object a line.

The socket is private, yet every line is taken as hostile: an unknown word or a wrong type is refused by name.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args

from fastagi_server.telephony.errors import BadInputError, DiscadorError
from fastagi_server.telephony.record import Record

MAX_LINE = 65536
MAX_SAID_BACK = 200


@dataclass(frozen=True, kw_only=True)
class Dial:
    """Ring one number once; empty words are chosen by the engine from its configuration.

    `number` is as people write it; `country` a slug or ISO code; `trunk` one or a route; `callerid` ours.
    """

    number: str
    country: str = ""
    trunk: str = ""
    callerid: str = ""
    campaign: str = "manual"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask how the engine stands."""


@dataclass(frozen=True, kw_only=True)
class Campaigning:
    """Start or stop a campaign, or ask how it stands: `do` is start, stop or ask."""

    campaign: str
    do: str = "ask"


@dataclass(frozen=True, kw_only=True)
class Forget:
    """The inventory of caller IDs, a limit or a period has changed: look at the store again.

    `what` is import, limit or reset, and `says` who did it and how, for the log.
    """

    what: str = ""
    says: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Put a number in E.164 on the opt-out list, by whose order and why."""

    number: str
    who: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """Ask how fast calls may go out, release a brake or pull one: `do` is ask, release or stop.

    `scope` is whose; `who` and `why` are the operator's, for the log; `hang_up` ends the calls that are up.
    """

    do: str = "ask"
    scope: str = ""
    who: str = ""
    why: str = ""
    hang_up: bool = False


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Ask how the Asterisks stand, or have one take no new call: `do` is ask, drain or resume."""

    do: str = "ask"
    asterisk: str = ""
    who: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The call is open and has its id."""

    call: str
    number: str
    country: str
    callerid: str
    trunk: str


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A fact of the call: its name, its instant in Unix seconds, and what else it says."""

    call: str
    fact: str
    at: float
    says: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The call is over; its whole record."""

    record: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The order was not carried out; `code` and `details` let the reader say it in another language."""

    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the engine stands: may calls leave, how many are open, where FastAGI listens.

    `why_not` says why none may leave, `store_away_since` since when the store is away, 0 while it is there.
    """

    ready: bool
    live: int
    fastagi: str
    why_not: str = ""
    store_away_since: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CampaignStanding:
    """How a campaign stands in this engine.

    `sent` calls have left since it was started here, `up` are up now in all, `waiting` are prepared; `paused`
    says why for each country; `skipped` counts contacts set aside, by reason. `trunk_up` calls are up over
    its trunk, whoever ordered them, of `channels`, 0 for no limit; `trunks` say so of each of a route, what
    was `sent` and whether it `takes` calls. `why_not` and `store_away_since` are the engine's. `queues` say
    of each that is heeded who is `free` and `waiting`, how many are `coming`, how often they `press`, who was
    abandoned in an `hour` and 30 `days`, `why`. `braked` has what in `paused` is a brake's.
    """

    campaign: str
    state: str
    sent: int
    up: int
    waiting: int
    paused: dict[str, Any]
    skipped: dict[str, Any]
    trunk: str = ""
    trunk_up: int = 0
    channels: int = 0
    trunks: dict[str, Any] = field(default_factory=dict)
    queues: dict[str, Any] = field(default_factory=dict)
    why_not: str = ""
    store_away_since: float = 0.0
    braked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PacingStanding:
    """How fast calls may go out: for each scope its limit and its pace in calls per second, and its brake.

    A scope's words are `limit`, `share` (this engine's part of it) and `pace` (null for none), `standing`
    (free, stopped, probing) and `why`; `whys` are all that hold it, `change` is the pace's last, in the parts
    that other languages need, and `figures` what the pace sees. `ended` calls were hung up.
    `queues` have `free`, `waiting` and `coming` (calls on their way), and `why` nothing leaves for them.
    `kept` says whether the store has what was changed; `freed` are the whys that were let go, by reason.
    """

    scopes: dict[str, Any]
    ended: int = 0
    queues: dict[str, Any] = field(default_factory=dict)
    kept: bool = True
    freed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FleetStanding:
    """How each Asterisk stands, by name.

    Its words are `ready` (its link is up), `drained`, `weight`, `up` (calls there) and `sent` (Originates
    since the service started).
    """

    asterisks: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Done:
    """The order was carried out, and there is nothing more to say."""


Frame = (
    Dial
    | Ask
    | Campaigning
    | Forget
    | Leave
    | Pacing
    | Fleet
    | Placed
    | Happened
    | Closed
    | Failed
    | Standing
    | CampaignStanding
    | PacingStanding
    | FleetStanding
    | Done
)
_KINDS: dict[str, type[Frame]] = {kind.__name__.lower(): kind for kind in get_args(Frame)}
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "dict[str, Any]": (dict,),
}


def encode(frame: Frame) -> bytes:
    """Give the frame as one line without its end."""
    return json.dumps({"frame": type(frame).__name__.lower(), **asdict(frame)}).encode()


def decode(line: bytes) -> Frame:
    """Take one line from the other side; whatever is not a frame is refused by name."""
    try:
        told = json.loads(line.decode(), parse_constant=_no_number)
        if b"\\u" in line:  # half a surrogate pair, which no store and no log takes
            json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadInputError(field="frame", value=line[:80], expected="one JSON object a line") from None
    if not isinstance(told, dict):
        raise BadInputError(field="frame", value=line[:80], expected="one JSON object a line")
    word = told.pop("frame", None)
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise BadInputError(field="frame", value=_short(word), expected=", ".join(_KINDS))
    types = {each.name: str(each.type) for each in fields(kind)}
    for name, value in told.items():
        if name not in types:
            fields_named = ", ".join(types) or "no fields"
            raise BadInputError(field=f"{word}.{name[:80]}", value=_short(value), expected=fields_named)
        if type(value) not in _JSON_TYPES[types[name]]:
            raise BadInputError(field=f"{word}.{name}", value=_short(value), expected=types[name])
    try:
        return kind(**told)
    except TypeError:
        missing = ", ".join(sorted(set(types) - set(told)))
        raise BadInputError(field=str(word), value=_short(told), expected=f"{missing} as well") from None


def _short(value: object) -> object:
    """Give the value as it is said back: what is long is not echoed whole."""
    return value if len(repr(value)) <= MAX_SAID_BACK else repr(value)[:MAX_SAID_BACK] + "…"


def _no_number(word: str) -> float:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(word)


def record_json(record: Record) -> dict[str, Any]:
    """Give a record as JSON takes it: words for enums, Unix seconds for instants."""
    return asdict(record)


def failed(error: DiscadorError) -> Failed:
    """Give the frame of an error."""
    details = {name: str(value) for name, value in error.details.items()}
    return Failed(code=error.code, message=error.sentence(), details=details)
