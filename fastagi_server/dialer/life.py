"""A call's life is this table: the state it is in, what happened, the state it is in then.

A fact that has no row for a state is kept in the record and moves nothing: Asterisk's events and our AGI
questions race, so late news is normal. docs/call-life.md is drawn from the table.
"""

from __future__ import annotations

from fastagi_server.telephony import facts
from fastagi_server.telephony.record import State

Table = dict[State, dict[type[facts.Fact], State]]

_ENDS: dict[type[facts.Fact], State] = {facts.Ended: State.ENDED, facts.Vanished: State.ENDED}
_ANSWERED: dict[type[facts.Fact], State] = {
    facts.AmdDecided: State.LISTENING,
    facts.KeyDecided: State.LISTENING,
    facts.Connecting: State.CONNECTED,
    **_ENDS,
}
_RINGING: dict[type[facts.Fact], State] = {facts.Answered: State.ANSWERED, **_ANSWERED}
_DIALING: dict[type[facts.Fact], State] = {facts.Ringing: State.RINGING, **_RINGING}

_ORDERED: dict[type[facts.Fact], State] = {
    facts.Dialed: State.DIALING,
    facts.OrderRefused: State.ENDED,
    # A busy Asterisk tells that an Originate failed before it tells of its channel: only when no channel has
    # come to be a little later is the failure the end.
    facts.NeverDialed: State.ENDED,
    **_DIALING,
}

MOVES: Table = {
    # A call adopted after a restart is known only as begun, and goes on from there.
    State.BEGUN: {facts.Ordered: State.ORDERED, facts.OrderCancelled: State.ENDED, **_ORDERED},
    State.ORDERED: _ORDERED,
    State.DIALING: _DIALING,
    State.RINGING: _RINGING,
    State.ANSWERED: _ANSWERED,
    State.LISTENING: {facts.Connecting: State.CONNECTED, **_ENDS},
    State.CONNECTED: _ENDS,
    State.ENDED: {},
}


def move(state: State, fact: facts.Fact) -> State:
    """Give the state after the fact; the same one when the table has no row for it."""
    return MOVES[state].get(type(fact), state)


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, one arrow a row."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.BEGUN}"]
    for state, row in MOVES.items():
        arrows: dict[State, list[str]] = {}
        for fact, after in row.items():
            arrows.setdefault(after, []).append(fact.__name__)
        lines += [f"    {state} --> {after}: {', '.join(names)}" for after, names in arrows.items()]
    lines.append(f"    {State.ENDED} --> [*]")
    return "\n".join(lines) + "\n"
