from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastagi_server.dialer.strains import Strain
from fastagi_server.dialer.trunk_pace import TrunkPace
from fastagi_server.pacing.change import Move
from fastagi_server.pacing.governor import Ramp
from fastagi_server.telephony import facts
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import State
from tests.dialer.test_pacer import Time, ended


def pace(**more: Any) -> TrunkPace:
    told = {"initial": 5.0, "step": 2.0, "interval": 10.0, "most": 30.0, "quality": 0.8}
    return TrunkPace(Ramp(**{**told, **more}), Strain(load=4.0))


def test_an_answer_counts_when_it_comes_and_not_when_its_talk_is_over() -> None:
    one, time = pace(asr=True, quality=0.3, initial=20.0), Time()
    one.look(0.0)
    for n in range(200):
        now = n / 20
        one.sent(now)
        record, over = ended(time, answered=n % 5 < 2)
        if n % 5 < 2:
            up = replace(record, state=State.ANSWERED, disposition=None, ended_at=None)
            assert one.watch(up, facts.Answered(call=record.call, at=time.now), now) is None
        else:
            one.watch(record, over, now)

    # Nobody's talk is over, and 40 % is above 30.
    change = one.look(10.0)
    assert change is not None
    assert (change.move, change.success) == (Move.STEP, 0.4)


def test_refusals_in_a_row_cannot_wait() -> None:
    one, time = pace(initial=20.0), Time()
    for n in range(5):
        one.sent(n / 20)
        record, over = ended(time, answered=False, sip_code=503, disposition=Disposition.CONGESTED)
        change = one.watch(record, over, n / 20)
        if change is not None:
            break

    assert change is not None
    assert change.move is Move.REFUSED
    assert one.rate == change.after

    one.begin_anew(1.0)
    assert one.rate < 20.0


def test_a_machine_that_is_loaded_slows_it_down() -> None:
    one = pace(initial=20.0)
    one.loaded(9.0)

    change = one.look(1.0)

    assert change is not None
    assert change.move is Move.LOAD
    assert one.figures(1.0)["load"] == 9.0
