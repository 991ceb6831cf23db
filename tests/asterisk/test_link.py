from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred, TimeoutError  # noqa: A004

from fastagi_server.ami import actions, events
from fastagi_server.asterisk.connection import Patience
from fastagi_server.asterisk.errors import NoLinkError, OutcomeUnknownError
from fastagi_server.asterisk.link import LEAVING_SECONDS, STUCK_SECONDS, Backoff

ORIGINATE = actions.Originate(channel="PJSIP/1@carrier", context="discador_mexico")
HANGUP = ("Event: Hangup", "Channel: c", "Uniqueid: u", "Cause: 16")
Outcome = Callable[[Any], list[Any]]


def test_once_logged_in_the_owner_works_and_then_the_link_is_up(world: Any, outcome: Outcome) -> None:
    work: Deferred[None] = Deferred()
    world.owner.work = lambda: work
    up = outcome(world.link.when_up())

    world.linked()
    assert (world.owner.told, up) == (["up"], [])
    work.callback(None)

    assert world.owner.told == ["up", "ready"]
    assert len(up) == 1
    assert outcome(world.link.when_up()) == [None]
    assert world.log == ["linked to Asterisk: Asterisk Call Manager/11.0.0"]


def test_the_owner_may_ask_while_it_comes_up(world: Any, outcome: Outcome) -> None:
    world.owner.work = lambda: world.link.ask(actions.Ping())
    up = outcome(world.link.when_up())

    asterisk = world.linked()
    assert up == []
    asterisk.answers(asterisk.hears_one("Ping"))

    assert len(up) == 1


def test_without_a_link_nothing_is_sent(world: Any) -> None:
    with pytest.raises(NoLinkError, match="Originate was not sent"):
        world.link.ask(ORIGINATE)
    asterisk = world.accepts()
    asterisk.greets()
    with pytest.raises(NoLinkError):
        world.link.ask(ORIGINATE)

    assert [each["Action"] for each in asterisk.hears()] == ["Challenge"]


def test_an_originate_pending_when_the_link_is_lost_is_unknown_once_and_never_sent_again(
    world: Any, outcome: Outcome
) -> None:
    first = world.linked()
    told = outcome(world.link.ask(ORIGINATE))
    first.hears_one("Originate")
    first.hangs_up()

    written = b""
    for _ in range(5):
        world.pause()
        again = world.accepts()
        again.greets()
        heard = again.gets()
        asked = heard.split(b"ActionID: ")[1].split(b"\r\n")[0].decode()
        again.says("Response: Success", f"ActionID: {asked}", "Challenge: 1")
        written += heard + again.gets()
        again.hangs_up()
    world.pause()
    world.linked()
    world.clock.advance(Patience().keepalive - 1)
    written += b"".join(each.gets() for each in world.managers)

    assert [type(one) for one in told] == [OutcomeUnknownError]
    assert written.count(b"Action: Challenge") == 5  # the last login was heard by lets_in
    assert {line for line in written.split(b"\r\n") if line.startswith(b"Action: ")} == {
        b"Action: Challenge",
        b"Action: Login",
    }


def test_the_owner_is_told_of_each_loss_and_each_return(world: Any) -> None:
    world.linked().hangs_up()
    world.pause()
    world.linked()

    lost = "the link was lost (Connection was closed cleanly)"
    assert world.owner.told == ["up", "ready", f"down: {lost}", "up", "ready"]
    assert f"lost Asterisk: {lost}" in world.log


def test_who_reacts_to_a_loss_by_asking_again_is_told_that_there_is_no_link(world: Any) -> None:
    again: list[Any] = []

    def ask_again(failure: Any) -> None:
        try:
            world.link.ask(ORIGINATE)
        except NoLinkError as error:
            again.append((failure.type, type(error)))

    asterisk = world.linked()
    world.link.ask(ORIGINATE).addErrback(ask_again)
    asterisk.hangs_up()

    assert again == [(OutcomeUnknownError, NoLinkError)]


@pytest.mark.parametrize("ends", ["refused", "closed before the banner", "closed at login", "login refused"])
def test_pauses_grow_to_their_ceiling_whatever_ends_the_try(world: Any, ends: str) -> None:
    def end() -> None:
        if ends == "refused":
            world.refuses()
            return
        asterisk = world.accepts()
        if ends != "closed before the banner":
            asterisk.greets()
        if ends == "login refused":
            asterisk.answers(asterisk.hears_one("Challenge"), response="Error")
            assert asterisk.closed
        else:
            asterisk.hangs_up()

    pauses = []
    for _ in range(12):
        end()
        pauses.append(round(world.pause(), 6))

    backoff = Backoff()
    assert pauses[0] == backoff.first
    assert pauses == sorted(pauses)
    assert pauses[1] > pauses[0]
    assert pauses[-2:] == [backoff.ceiling] * 2
    assert world.log.count("no link to Asterisk: trying again until there is one") == 1


def test_after_a_link_that_was_up_the_pauses_begin_anew(world: Any) -> None:
    for _ in range(4):
        world.refuses()
        world.pause()
    world.linked().hangs_up()

    assert world.pause() == Backoff().first


def test_chance_spreads_the_pauses() -> None:
    assert Backoff(first=1.0, chance=lambda: 0.25).jitter() == 0.25


def test_an_owner_that_fails_drops_the_link_and_it_is_tried_again(world: Any, outcome: Outcome) -> None:
    def fail() -> None:
        raise ValueError("the store is away")

    world.owner.work = fail
    up = outcome(world.link.when_up())
    pauses = []
    for _ in range(3):
        assert world.linked().closed
        pauses.append(world.pause())
    assert up == []
    assert pauses == sorted(set(pauses))  # they grow: the link was never of use

    world.owner.work = lambda: None
    world.linked()

    assert len(up) == 1
    assert "no use of Asterisk: the store is away" in world.log
    assert world.owner.told[:2] == ["up", "down: the store is away"]


def test_nothing_is_sent_over_a_link_that_is_being_dropped(world: Any) -> None:
    def fail() -> None:
        raise ValueError

    world.owner.work = fail
    asterisk = world.linked()

    with pytest.raises(NoLinkError):
        world.link.ask(ORIGINATE)
    assert asterisk.hears() == []


def test_a_link_lost_while_its_owner_works_is_tried_again(world: Any, outcome: Outcome) -> None:
    foreign: Deferred[None] = Deferred()
    world.owner.work = lambda: foreign
    up = outcome(world.link.when_up())
    world.linked().hangs_up()

    # The owner's work is ended with its link: it must not say "ready" of a link that is gone.
    assert world.owner.told == ["up", "down: the link was lost (Connection was closed cleanly)"]
    foreign.callback(None)
    assert "ready" not in world.owner.told

    world.owner.work = lambda: None
    world.pause()
    world.linked()
    assert world.owner.told[-2:] == ["up", "ready"]
    assert len(up) == 1


def test_a_link_lost_while_its_owner_waits_for_an_answer(world: Any) -> None:
    world.owner.work = lambda: world.link.ask(actions.DBGetTree(family="f"))
    asterisk = world.linked()
    asterisk.hears_one("DBGetTree")
    asterisk.hangs_up()

    assert any("What became of DBGetTree cannot be known" in line for line in world.log)
    assert [told[:4] for told in world.owner.told] == ["up", "down"]
    world.pause()
    world.accepts()


def test_an_owner_that_does_not_mind_is_told_once_more_that_there_is_no_link(world: Any) -> None:
    first: Deferred[None] = Deferred()
    second: Deferred[None] = Deferred()

    async def stubborn() -> None:
        try:
            await first
        except CancelledError:
            await second

    world.owner.work = stubborn
    world.linked().hangs_up()
    second.callback(None)

    assert [told.split(":")[0] for told in world.owner.told] == ["up", "down", "ready", "down"]


def test_silence_at_the_login_is_no_link(world: Any) -> None:
    asterisk = world.accepts()
    world.clock.advance(Patience().action)

    assert asterisk.closed
    assert world.owner.told == []
    world.pause()
    world.linked()
    assert world.owner.told == ["up", "ready"]


def test_a_mute_link_is_found_out_and_comes_back(world: Any) -> None:
    asterisk = world.linked()
    world.clock.advance(Patience().keepalive)
    world.clock.advance(Patience().action)

    assert asterisk.closed
    assert "no answer to a Ping" in world.owner.told[-1]
    world.pause()
    world.linked()
    assert world.owner.told[-1] == "ready"


def test_an_event_that_breaks_its_reader_costs_neither_the_link_nor_the_rest(
    world: Any, said: Callable[..., bytes], outcome: Outcome
) -> None:
    seen: list[events.Event] = []

    def react(event: Any) -> None:
        if not seen:
            seen.append(event)
            raise ZeroDivisionError("a broken reader")
        seen.append(event)

    world.owner.react = react
    asterisk = world.linked()
    answer = outcome(world.link.ask(actions.Ping()))
    asked = asterisk.hears_one("Ping")
    asterisk.sends(
        said(*HANGUP) + said("Response: Success", f"ActionID: {asked['ActionID']}") + said(*HANGUP)
    )

    assert len(seen) == 2
    assert len(answer) == 1
    assert not asterisk.closed
    (told,) = [line for line in world.log if "broke its reader" in line]
    assert told.startswith("Hangup broke its reader")
    assert "ZeroDivisionError: a broken reader" in told


def test_each_connection_numbers_its_actions_apart(world: Any) -> None:
    first = world.accepts()
    first.greets()
    mine = first.hears_one("Challenge")["ActionID"]
    first.hangs_up()
    world.pause()
    second = world.accepts()
    second.greets()

    assert second.hears_one("Challenge")["ActionID"] != mine


def test_stop_while_connected(world: Any, outcome: Outcome) -> None:
    asterisk = world.linked()
    stopped = outcome(world.link.stop())
    assert stopped == []

    assert asterisk.closed
    assert not asterisk.wire.aborted
    assert len(stopped) == 1
    assert world.owner.told[-1] == "down: we left"
    with pytest.raises(NoLinkError):
        world.link.ask(ORIGINATE)
    assert world.clock.getDelayedCalls() == []
    assert world.tries == 1


def test_stop_does_not_wait_for_ever_for_a_mute_peer(world: Any, outcome: Outcome) -> None:
    asterisk = world.linked()
    asterisk.wire.mute = True  # what was written is never taken, so the connection would never close
    stopped = outcome(world.link.stop())
    world.clock.advance(LEAVING_SECONDS / 2)
    assert stopped == []

    world.clock.advance(LEAVING_SECONDS / 2)

    assert asterisk.closed
    assert asterisk.wire.aborted
    assert len(stopped) == 1


@pytest.mark.parametrize("at", ["the banner", "the challenge", "the owner's work"])
def test_stop_while_coming_up(world: Any, outcome: Outcome, at: str) -> None:
    work: Deferred[None] = Deferred()
    world.owner.work = lambda: work
    asterisk = world.linked() if at == "the owner's work" else world.accepts()
    if at == "the challenge":
        asterisk.greets()
    waiting, stopped = outcome(world.link.when_up()), outcome(world.link.stop())

    assert asterisk.closed
    assert len(stopped) == 1
    assert [type(one) for one in waiting] == [CancelledError]
    assert "ready" not in world.owner.told
    assert world.clock.getDelayedCalls() == []
    assert world.tries == 1


def test_stop_while_connecting(world: Any, outcome: Outcome) -> None:
    waiting = outcome(world.link.when_up())
    stopped = outcome(world.link.stop())

    assert len(stopped) == 1
    assert [type(one) for one in waiting] == [CancelledError]
    assert world.clock.getDelayedCalls() == []


def test_stop_while_backing_off(world: Any, outcome: Outcome) -> None:
    world.linked().hangs_up()
    stopped = outcome(world.link.stop())

    assert len(stopped) == 1
    assert world.clock.getDelayedCalls() == []
    assert world.tries == 1


def test_stop_before_start_and_start_after_stop(world: Any, outcome: Outcome) -> None:
    world.linked()
    outcome(world.link.stop())
    world.clock.advance(0)

    world.link.start()
    assert world.tries == 2
    world.linked()
    assert world.owner.told[-1] == "ready"


def test_waiting_for_the_link_may_be_given_up(world: Any, outcome: Outcome) -> None:
    given_up = outcome(world.link.when_up().addTimeout(1, world.clock))
    patient = outcome(world.link.when_up())
    world.clock.advance(1)

    world.linked()

    assert [type(one) for one in given_up] == [TimeoutError]
    assert len(patient) == 1


def test_waiting_for_the_link_may_be_given_up_and_then_all_is_stopped(world: Any, outcome: Outcome) -> None:
    given_up = outcome(world.link.when_up().addTimeout(1, world.clock))
    world.clock.advance(1)
    outcome(world.link.stop())

    assert [type(one) for one in given_up] == [TimeoutError]


def test_a_link_that_answers_late_is_stuck_until_it_answers(
    world: Any, outcome: Callable[[Any], list[Any]]
) -> None:
    assert not world.link.is_stuck
    asterisk = world.linked()
    outcome(world.link.ask(actions.CoreSettings()))
    asked = asterisk.hears_one("CoreSettings")
    world.clock.advance(STUCK_SECONDS + 0.1)
    assert world.link.is_stuck

    asterisk.answers(asked)
    for ping in asterisk.hears():
        asterisk.answers(ping)
    assert not world.link.is_stuck
