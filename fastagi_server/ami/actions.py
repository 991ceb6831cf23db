"""What we ask of Asterisk's manager, one frozen dataclass an action. This file does not know the link."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastagi_server.ami import headers
from fastagi_server.ami.action import Action as Action  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.headers import Escaped
from fastagi_server.telephony.errors import BadInputError

_RESERVED = frozenset({"action", "actionid", "userevent"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge(Action):
    """Asks for the text that the login's key is made of."""

    action = "Challenge"
    auth_type: str = "MD5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Login(Action):
    """Logs in, by the secret itself or by a key made of the challenge and the secret."""

    action = "Login"
    username: str
    secret: str | None = field(default=None, repr=False)
    auth_type: str | None = None
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.secret is None) == (self.key is None):
            raise BadInputError(field="Login", value=self.username, expected="either a secret or a key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Logoff(Action):
    """Says goodbye; Asterisk closes the link."""

    action = "Logoff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ping(Action):
    """Asks whether anybody is there."""

    action = "Ping"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter(Action):
    """Adds a filter of events to this link: by criteria, or by a regex where Asterisk is older than those.

    For example match_criteria="action(exclude),name(VarSet)", or filter="!Event: VarSet".
    """

    action = "Filter"
    needs = frozenset({"system"})
    filter: str = ""
    operation: str = "Add"
    match_criteria: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Events(Action):
    """Says which classes of events this link wants: on, off, or some such as call,dtmf."""

    action = "Events"
    event_mask: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Originate(Action):
    """Rings a channel and sends it, once answered, to a place in the dialplan.

    `channel_id` becomes the Uniqueid. With `async_` the answer says only that it was queued, and how it
    ended comes as an OriginateResponse event, after the call has begun to live.
    """

    action = "Originate"
    needs = frozenset({"originate"})
    channel: str
    context: str
    exten: str = "s"
    priority: str = "1"
    channel_id: str | None = None
    other_channel_id: str | None = None
    caller_id: str | None = None
    timeout_ms: int | None = None
    account: str | None = None
    variables: tuple[tuple[str, str | Escaped], ...] = ()
    async_: bool = True
    early_media: bool = False

    def _more(self) -> list[bytes]:
        return [headers.variable(name, value) for name, value in self.variables]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangup(Action):
    """Ends one channel, named by its name or its Uniqueid; without a cause Asterisk says 0."""

    action = "Hangup"
    needs = frozenset({"system", "call"})
    channel: str
    cause: int | None = None

    def __post_init__(self) -> None:
        # Asterisk takes /this/ for a pattern and hangs up every channel that it matches.
        if not self.channel or self.channel.startswith("/"):
            expected = "one channel, not a /pattern/"
            raise BadInputError(field="Hangup.channel", value=self.channel, expected=expected)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reload(Action):
    """Loads a module's configuration anew; Success does not mean that the file was good."""

    action = "Reload"
    needs = frozenset({"config", "system"})
    module: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GetConfig(Action):
    """Asks what Asterisk reads in one of its configuration files without putting it in force."""

    action = "GetConfig"
    needs = frozenset({"config", "system"})
    filename: str
    category: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowDialPlan(Action):
    """Lists what Asterisk holds of the dialplan, or of one context."""

    action = "ShowDialPlan"
    needs = frozenset({"config", "reporting"})
    completion = "ShowDialPlanComplete"
    context: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DBGetTree(Action):
    """Lists a family of AstDB."""

    action = "DBGetTree"
    needs = frozenset({"system", "reporting"})
    completion = "DBGetTreeComplete"
    family: str | None = None
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DBPut(Action):
    """Keeps a value in AstDB."""

    action = "DBPut"
    needs = frozenset({"system"})
    family: str
    key: str
    val: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DBDel(Action):
    """Takes a value out of AstDB."""

    action = "DBDel"
    needs = frozenset({"system"})
    family: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreShowChannels(Action):
    """Lists the living channels."""

    action = "CoreShowChannels"
    needs = frozenset({"system", "reporting"})
    completion = "CoreShowChannelsComplete"


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreSettings(Action):
    """Asks for Asterisk's version and its limits."""

    action = "CoreSettings"
    needs = frozenset({"system", "reporting"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreStatus(Action):
    """Asks since when Asterisk runs, when it last reloaded and how many calls it has."""

    action = "CoreStatus"
    needs = frozenset({"system", "reporting"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Getvar(Action):
    """Reads a variable or function, of a channel or global."""

    action = "Getvar"
    needs = frozenset({"call", "reporting"})
    variable: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Setvar(Action):
    """Sets a variable or function, of a channel or global."""

    action = "Setvar"
    needs = frozenset({"call"})
    variable: str
    value: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStatus(Action):
    """Lists queues with their members and callers."""

    action = "QueueStatus"
    completion = "QueueStatusComplete"
    queue: str | None = None
    member: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PJSIPShowEndpoint(Action):
    """Asks where a PJSIP endpoint is reached."""

    action = "PJSIPShowEndpoint"
    needs = frozenset({"system"})
    completion = "EndpointDetailComplete"
    endpoint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleCheck(Action):
    """Asks whether a module is loaded."""

    action = "ModuleCheck"
    needs = frozenset({"system"})
    module: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListCommands(Action):
    """Asks which actions this user may use."""

    action = "ListCommands"


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent(Action):
    """Sends an event of the user's own to everybody who listens."""

    action = "UserEvent"
    needs = frozenset({"user"})
    name: str
    headers: tuple[tuple[str, str], ...] = ()

    def _more(self) -> list[bytes]:
        for name, _ in self.headers:
            if name.lower() in _RESERVED:
                expected = "a name that the action does not use itself"
                raise BadInputError(field="UserEvent.headers", value=name, expected=expected)
        return [headers.line(name, value, field=f"UserEvent.headers {name}") for name, value in self.headers]
