from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.ami import actions as a
from fastagi_server.ami import events as e
from fastagi_server.ami import exchange
from fastagi_server.ami.errors import LinkLostError, RemoteError
from fastagi_server.ami.exchange import Answered, Exchange, Orphan
from fastagi_server.ami.messages import Banner, Response
from fastagi_server.telephony.errors import BadInputError

CALL = a.Originate(channel="PJSIP/1@t", context="c")
NEWSTATE = (
    b"Event: Newstate\r\nChannel: c\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    b"Uniqueid: u\r\nLinkedid: l\r\n\r\n"
)


def link(**options: Any) -> Exchange:
    exchange = Exchange(prefix="p", **options)
    assert exchange.receive(b"Asterisk Call Manager/9.0.0\r\n") == [
        Banner(text="Asterisk Call Manager/9.0.0")
    ]
    return exchange


def response(action_id: str, word: str = "Success", more: str = "") -> bytes:
    return f"Response: {word}\r\nActionID: {action_id}\r\n{more}\r\n".encode()


def value(action_id: str, key: str) -> bytes:
    return f"Event: DBGetTreeResponse\r\nKey: {key}\r\nVal: v\r\nActionID: {action_id}\r\n\r\n".encode()


def tree_end(action_id: str, items: str = "0") -> bytes:
    return (
        f"Event: DBGetTreeComplete\r\nActionID: {action_id}\r\n"
        f"EventList: Complete\r\nListItems: {items}\r\n\r\n"
    ).encode()


def step(action_id: str, exten: str) -> bytes:
    return (
        f"Event: ListDialplan\r\nActionID: {action_id}\r\nContext: c\r\nExtension: {exten}\r\n\r\n".encode()
    )


def plan_end(action_id: str) -> bytes:
    return f"Event: ShowDialPlanComplete\r\nActionID: {action_id}\r\nEventList: Complete\r\n\r\n".encode()


def answers(told: list[Any]) -> list[Answered]:
    return [message for message in told if isinstance(message, Answered)]


def test_ids_are_a_prefix_and_a_count() -> None:
    exchange = link()
    assert exchange.request(a.Ping()) == ("p-1", b"Action: Ping\r\nActionID: p-1\r\n\r\n")
    assert exchange.request(a.Ping())[0] == "p-2"
    assert exchange.pending == ("p-1", "p-2")


def test_what_is_refused_is_not_awaited() -> None:
    exchange = link()
    with pytest.raises(BadInputError):
        exchange.request(a.Hangup(channel="a\r\nb"))
    assert exchange.pending == ()


def test_responses_out_of_order_find_their_action() -> None:
    exchange = link()
    ping, call, show = (exchange.request(action)[0] for action in (a.Ping(), CALL, a.CoreStatus()))
    told = answers(exchange.receive(response(show) + response(ping) + response(call, "Error")))
    assert [(answer.action_id, answer.action, answer.response.ok) for answer in told] == [
        (show, a.CoreStatus(), True),
        (ping, a.Ping(), True),
        (call, CALL, False),
    ]
    assert exchange.pending == ()


def test_two_lists_in_one_another_and_other_events_between() -> None:
    exchange = link()
    tree, plan = exchange.request(a.DBGetTree(family="f"))[0], exchange.request(a.ShowDialPlan())[0]
    said = [
        response(tree, more="EventList: start\r\n"),
        value(tree, "/f/1"),
        response(plan, more="EventList: start\r\n"),
        step(plan, "s"),
        NEWSTATE,
        value(tree, "/f/2"),
        step(plan, "9"),
        plan_end(plan),
        tree_end(tree, "2"),
    ]
    told = exchange.receive(b"".join(said))
    assert isinstance(told[0], e.Newstate)
    second, first = answers(told)
    assert [item.key for item in first.events if isinstance(item, e.DBGetTreeResponse)] == ["/f/1", "/f/2"]
    assert first.end == e.DBGetTreeComplete(action_id=tree, event_list="Complete", list_items=2)
    assert [item.extension for item in second.events if isinstance(item, e.ListDialplan)] == ["s", "9"]
    assert exchange.orphans == 0


@given(st.permutations(["response", "one", "two", "end"]))
def test_a_list_s_parts_may_come_in_any_order(order: list[str]) -> None:
    exchange = link()
    tree = exchange.request(a.DBGetTree(family="f"))[0]
    parts = {
        "response": response(tree),
        "one": value(tree, "1"),
        "two": value(tree, "2"),
        "end": tree_end(tree),
    }
    told = [message for name in order for message in exchange.receive(parts[name])]
    (answer,) = answers(told)
    assert answer.response.action_id == tree
    assert isinstance(answer.end, e.DBGetTreeComplete)
    assert exchange.pending == ()


def test_an_item_with_the_id_of_an_action_without_a_list_is_an_orphan() -> None:
    exchange = link()
    ping = exchange.request(a.Ping())[0]
    (stray,) = exchange.receive(value(ping, "k"))
    assert isinstance(stray, Orphan)
    call = exchange.request(CALL)[0]
    early = f"Event: OriginateResponse\r\nActionID: {call}\r\nResponse: Failure\r\nReason: x\r\n\r\n"
    (malformed,) = exchange.receive(early.encode())
    assert isinstance(malformed, e.Malformed), "told at once, not kept for an answer without a list"
    (answer,) = answers(exchange.receive(response(call)))
    assert answer.events == ()


def test_an_error_closes_a_list_that_will_not_come() -> None:
    exchange = link()
    plan = exchange.request(a.ShowDialPlan(context="none"))[0]
    (answer,) = exchange.receive(response(plan, "Error", "Message: Did not find context none\r\n"))
    assert isinstance(answer, Answered)
    assert (answer.response.message, answer.events, answer.end) == ("Did not find context none", (), None)


def test_a_malformed_item_is_seen_in_the_answer_and_a_malformed_end_ends_it() -> None:
    exchange = link()
    queues = exchange.request(a.QueueStatus())[0]
    bad = f"Event: QueueParams\r\nQueue: q\r\nCalls: many\r\nActionID: {queues}\r\n\r\n"
    end = f"Event: QueueStatusComplete\r\nActionID: {queues}\r\nListItems: some\r\n\r\n"
    (answer,) = exchange.receive(response(queues) + bad.encode() + end.encode())
    assert isinstance(answer, Answered)
    assert answer.events == (e.Malformed(event="QueueParams", field="Calls", value="many", action_id=queues),)
    assert isinstance(answer.end, e.Malformed)


def test_a_cancelled_list_says_so() -> None:
    exchange = link()
    tree = exchange.request(a.DBGetTree(family="f"))[0]
    told = exchange.receive(
        response(tree) + tree_end(tree).replace(b"Complete\r\nList", b"Cancelled\r\nList")
    )
    (answer,) = answers(told)
    assert isinstance(answer.end, e.DBGetTreeComplete)
    assert answer.end.event_list == "Cancelled"


def test_lists_are_read_even_when_only_other_events_are_wanted() -> None:
    exchange = link(wanted=frozenset({"Newstate"}))
    tree = exchange.request(a.DBGetTree(family="f"))[0]
    (answer,) = exchange.receive(response(tree) + value(tree, "/f/1") + tree_end(tree))
    assert isinstance(answer, Answered)
    assert len(answer.events) == 1


def test_the_outcome_of_an_originate_is_an_event_and_its_answer_only_that_it_was_queued() -> None:
    exchange = link()
    call = exchange.request(CALL)[0]
    (answer,) = exchange.receive(response(call))
    assert isinstance(answer, Answered)
    outcome = f"Event: OriginateResponse\r\nActionID: {call}\r\nResponse: Failure\r\nReason: 0\r\n\r\n"
    (event,) = exchange.receive(outcome.encode())
    assert event == e.OriginateResponse(action_id=call, response="Failure", reason=0)
    (malformed,) = exchange.receive(outcome.replace("Reason: 0", "Reason: none").encode())
    assert isinstance(malformed, e.Malformed)


@pytest.mark.parametrize("stray", ["p-99", "", "q-1"])
def test_an_answer_that_nobody_waits_for_is_told_and_counted(stray: str) -> None:
    exchange = link()
    exchange.request(a.Ping())
    (first,) = exchange.receive(response(stray))
    assert isinstance(first, Orphan)
    assert isinstance(first.message, Response)
    assert (first.action_id, exchange.orphans, exchange.pending) == (stray, 1, ("p-1",))


def test_a_second_answer_and_a_stray_item_are_orphans() -> None:
    exchange = link()
    ping = exchange.request(a.Ping())[0]
    tree = exchange.request(a.DBGetTree(family="f"))[0]
    told = exchange.receive(
        response(ping) + response(ping) + response(tree) + response(tree) + value("p-9", "k")
    )
    assert [type(message) for message in told] == [Answered, Orphan, Orphan, Orphan]
    assert exchange.orphans == 3
    assert exchange.pending == (tree,)


def test_what_has_expired_is_told_once_and_its_late_answer_is_an_orphan() -> None:
    exchange = link()
    ping, tree = exchange.request(a.Ping())[0], exchange.request(a.DBGetTree(family="f"))[0]
    exchange.receive(value(tree, "/f/1"))
    assert exchange.expire([tree, "p-77"]) == (tree,)
    assert exchange.expire([tree]) == ()
    assert exchange.pending == (ping,)
    assert [type(message) for message in exchange.receive(response(tree) + tree_end(tree))] == [
        Orphan,
        Orphan,
    ]


def test_a_lost_link_tells_once_what_is_unknown_and_never_speaks_again() -> None:
    exchange = link()
    call, ping = exchange.request(CALL)[0], exchange.request(a.Ping())[0]
    exchange.receive(response(ping))
    assert exchange.lost() == [call]
    assert exchange.lost() == []
    assert exchange.pending == ()
    with pytest.raises(LinkLostError, match="p"):
        exchange.request(CALL)
    with pytest.raises(LinkLostError):
        exchange.receive(response(call))


def test_a_list_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_LIST", 10)
    connection = link()
    tree = connection.request(a.DBGetTree(family="f"))[0]
    with pytest.raises(RemoteError, match="list of more than 10"):
        connection.receive(value(tree, "k") * 11)


KINDS = {kind.action: kind for kind in vars(a).values() if isinstance(kind, type) and hasattr(kind, "action")}


def test_a_recorded_conversation_goes_through_whole(
    scene: str, said_by: str, transcript: Callable[[str], Any]
) -> None:
    """Every action that a recording asked is answered, once, and nothing is left over."""
    connection = Exchange(prefix="rec")
    told: list[Any] = []
    asked = 0
    for who, data in transcript(scene).lines:
        if who == "server":
            told += connection.receive(data)
            continue
        fields = dict(text.split(": ", 1) for text in data.decode("latin-1").split("\r\n") if text)
        kind, action_id = KINDS.get(fields.get("Action", ""), a.Ping), fields["ActionID"]
        action = kind.__new__(kind)
        connection._pending[action_id] = exchange._Pending(action=action)
        asked += 1
    assert len(answers(told)) == asked
    assert connection.pending == ()
    assert connection.orphans == 0
    lists = [answer for answer in answers(told) if answer.action.completion and answer.response.ok]
    assert all(isinstance(answer.end, e.Complete) for answer in lists)
    # Asterisk 16 says 1 of every DBGetTree, of an empty one too.
    counted = [each for each in lists if said_by == "22" or not isinstance(each.action, a.DBGetTree)]
    assert all(answer.end.list_items == len(answer.events) for answer in counted)
