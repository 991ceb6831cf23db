"""One call in memory: facts change its record, and the end gives it its disposition and its why.

This file does not know who asks or who writes: it takes a fact and gives the call after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastagi_server.dialer import life
from fastagi_server.telephony import cause, facts
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.keys import Meaning
from fastagi_server.telephony.record import Begin, Record, State, changed

Changes = dict[str, Any]
UNSEEN = "it ended unseen by Discador; what had happened by then is not known"


def opened(begin: Begin) -> Record:
    """Give the record as it stands when the call is begun."""
    return Record(
        call=begin.call,
        number=begin.number,
        country=begin.country,
        callerid=begin.callerid,
        trunk=begin.trunk,
        campaign=begin.campaign,
        state=State.BEGUN,
        planned_at=begin.planned_at,
        begun_at=begin.begun_at,
        engine=begin.engine,
        contact=begin.contact,
        attempt=begin.attempt,
        callerid_why=begin.callerid_why,
    )


def after(record: Record, fact: facts.Fact) -> Record:
    """Give the record after the fact; a call that has ended does not change any more."""
    if record.state is State.ENDED:
        return record
    state = life.move(record.state, fact)
    learn = _LEARN.get(type(fact))
    learned = learn(record, fact) if learn else {}
    then = changed(record, {"state": state, **learned})
    if state is State.ENDED:
        disposition, why = ending(then, fact)
        return changed(then, {"ended_at": fact.at, "disposition": disposition, "why": why})
    return then


def ending(record: Record, fact: facts.Fact) -> tuple[Disposition, str]:
    """Say how the call ended and why, from all that the record knows by then."""
    match fact:
        case facts.OrderRefused():
            return Disposition.FAILED, f"Asterisk refused the Originate: {fact.why}"
        case facts.OrderCancelled():
            return Disposition.CANCELLED, fact.why
    return _by_record(record, fact)


def _by_record(record: Record, fact: facts.Fact) -> tuple[Disposition, str]:
    # A deciding key is proof of an answer, even when the news of the answer was lost.
    if record.optout_at is not None:
        how = f"pressed {record.key}" if record.key else "asked the dialplan"
        return Disposition.OPTED_OUT, f"{how}: on the opt-out list"
    if record.connected_at is not None:
        return Disposition.CONNECTED, f"pressed {record.key}: connected"
    if isinstance(fact, facts.Vanished) and not _is_told(record):
        return Disposition.UNKNOWN, UNSEEN
    if record.answered_at is None and record.amd_at is None:
        return _unanswered(record)
    return _answered(record)


def _is_told(record: Record) -> bool:
    """Say whether what is known by now says how a call came out, though nobody told its end."""
    if record.answered_at is None and record.amd_at is None:
        return record.sip_code is not None
    return record.amd_verdict is Verdict.MACHINE or record.left_at is not None


def _answered(record: Record) -> tuple[Disposition, str]:
    if record.amd_verdict is Verdict.MACHINE:
        return Disposition.MACHINE, f"AMD: {record.amd_cause}"
    if record.left_at is not None:
        return Disposition.HUNG_UP, "the callee hung up without a deciding key"
    return Disposition.NO_KEY, "no deciding key was pressed"


def _unanswered(record: Record) -> tuple[Disposition, str]:
    code, phrase, q850 = record.sip_code or 0, record.sip_reason or "", record.cause or 0
    if not code and not q850:
        return Disposition.FAILED, "no channel came to be: is the trunk's endpoint known to Asterisk?"
    answer = f"{code} {phrase}".strip() if code else f"Q.850 cause {q850}"
    if 200 <= code < 300:  # noqa: PLR2004 - success: it was answered, and we were not there to see it
        return (
            Disposition.UNKNOWN,
            f"answered ({answer}) while Discador was away; what came of it is not known",
        )
    if 100 <= code < 200:  # noqa: PLR2004 - provisional
        answer = f"no final answer in time, only {answer}"
    return cause.unanswered(cause=q850, sip_code=code, sip_reason=phrase), answer


def _first(field: str) -> Callable[[Record, Any], Changes]:
    """Keep the first instant of a kind: AGI and AMI may both tell it."""

    def learn(record: Record, fact: facts.Fact) -> Changes:
        return {} if getattr(record, field) is not None else {field: fact.at}

    return learn


def _left(record: Record, fact: facts.CalleeLeft) -> Changes:
    # A refused call ends from the far side too; nobody has left who was never there.
    return {} if record.answered_at is None else _first("left_at")(record, fact)


def _amd(record: Record, fact: facts.AmdDecided) -> Changes:
    if record.amd_at is not None:
        return {}
    return {"amd_at": fact.at, "amd_verdict": fact.amd.verdict, "amd_cause": fact.amd.cause}


def _agent(record: Record, fact: facts.AgentFound) -> Changes:
    return {} if record.agent_at is not None else {"agent_at": fact.rang_at}


def _digit(record: Record, fact: facts.DigitHeard) -> Changes:
    return {"digits": (*record.digits, fact.press)}


def _key(record: Record, fact: facts.KeyDecided) -> Changes:
    if fact.meaning not in (Meaning.CONNECT, Meaning.OPTOUT) or record.key is not None:
        return {}
    return {"key": fact.digit, "key_at": fact.at}


def _opted_out(record: Record, fact: facts.OptOutAsked | facts.OptedOut) -> Changes:
    key = {"key": fact.digit, "key_at": fact.at} if fact.digit and record.key is None else {}
    return key if record.optout_at is not None else {"optout_at": fact.at, **key}


def _sip(_record: Record, fact: facts.SipTold) -> Changes:
    return {"sip_code": fact.sip_code, "sip_reason": fact.sip_reason}


def _ended(record: Record, fact: facts.Ended) -> Changes:
    changes: Changes = {"cause": fact.cause}
    if record.sip_code is None and fact.sip_code:
        changes.update(sip_code=fact.sip_code, sip_reason=fact.sip_reason)
    return changes


_LEARN: dict[type[facts.Fact], Callable[[Record, Any], Changes]] = {
    facts.Ordered: _first("ordered_at"),
    facts.Accepted: _first("accepted_at"),
    facts.Dialed: _first("dialed_at"),
    facts.Ringing: _first("ringing_at"),
    facts.Answered: _first("answered_at"),
    facts.Connecting: _first("connected_at"),
    facts.Queued: _first("queued_at"),
    facts.AgentFound: _agent,
    facts.CalleeLeft: _left,
    facts.AmdDecided: _amd,
    facts.DigitHeard: _digit,
    facts.KeyDecided: _key,
    facts.OptOutAsked: _opted_out,
    facts.OptedOut: _opted_out,
    facts.SipTold: _sip,
    facts.Ended: _ended,
}


def with_late_optout(record: Record, *, digit: str, at: float) -> Record:
    """Give the record of a call whose opt-out was learned only after its end."""
    ended = {"disposition": Disposition.OPTED_OUT} if record.state is State.ENDED else {}
    late: Changes = {"optout_at": at, "key": digit, "key_at": at, **ended}
    return replace(record, **late)
